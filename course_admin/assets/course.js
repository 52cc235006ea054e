// Interactive output of the notebooks, drawn without a kernel and without a network.

// Called by the page around each quiz: its script needs MathJax itself, which comes later than the page.
function courseQuiz(run) {
  window.addEventListener("load", async () => {
    if (window.MathJax?.startup) await MathJax.startup.promise;
    run();
    for (const quiz of document.querySelectorAll(".Quiz")) {
      const question = quiz.firstElementChild.textContent;
      quiz.querySelector(".Feedback")?.setAttribute("aria-live", "polite");
      quiz.querySelectorAll(".Input-text").forEach((input) => input.setAttribute("aria-label", question));
    }
  });
}

// Plotly figures: transparent, in the theme's colours, redrawn when the reader changes between light and dark.
function themeColours(figure) {
  const css = getComputedStyle(document.documentElement);
  const text = css.getPropertyValue("--pst-color-text-base").trim();
  const line = css.getPropertyValue("--pst-color-border").trim();
  const surface = css.getPropertyValue("--pst-color-surface").trim();
  const colours = {
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    "font.color": text,
    "font.family": getComputedStyle(document.body).fontFamily,
  };
  const axes = new Set(["xaxis", "yaxis", ...Object.keys(figure.layout).filter((key) => /^[xy]axis\d*$/.test(key))]);
  for (const axis of axes) {
    Object.assign(colours, {
      [`${axis}.gridcolor`]: line,
      [`${axis}.zerolinecolor`]: line,
      [`${axis}.linecolor`]: text,
    });
  }
  (figure.layout.sliders || []).forEach((_, i) => {
    Object.assign(colours, { [`sliders[${i}].bgcolor`]: surface, [`sliders[${i}].bordercolor`]: line });
  });
  (figure.layout.updatemenus || []).forEach((_, i) => {
    Object.assign(colours, { [`updatemenus[${i}].bgcolor`]: surface, [`updatemenus[${i}].bordercolor`]: line });
  });
  return colours;
}

async function drawPlotly(box) {
  const figure = JSON.parse(box.querySelector("script").textContent);
  delete figure.layout.width; // the column decides
  figure.layout.margin ??= { t: 20, r: 10 };
  for (const slider of figure.layout.sliders || []) slider.pad ??= { t: 45 }; // below the axis title
  const config = { responsive: true, displaylogo: false, displayModeBar: false };
  await Plotly.newPlot(box, { data: figure.data, layout: figure.layout, frames: figure.frames, config });
  const recolour = () => Plotly.relayout(box, themeColours(figure));
  await recolour();
  new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

// An output that scrolls sideways must be reachable by keyboard.
function focusWhatScrolls() {
  for (const box of document.querySelectorAll(".cell_output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
window.addEventListener("load", () => {
  // course.css keeps a figure from shrinking until its labels cannot be read
  for (const image of document.querySelectorAll(".cell_output img")) {
    image.style.setProperty("--drawn-width", `${image.naturalWidth}px`);
  }
  window.dispatchEvent(new Event("resize")); // for the theme as well, which measured before the fonts had come
});
window.addEventListener("resize", focusWhatScrolls);

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".plotly-figure").forEach(drawPlotly);
});
