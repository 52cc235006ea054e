"""Grading: what came in, what became of it, what students get back."""
