"""The taught algorithms of the course; see the module of each chapter."""
