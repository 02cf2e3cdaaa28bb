"""The forms of a report: one module each, with a `render` that knows nothing but the values of the findings."""
