"""Charts of the pages: where each line, column and label is. Pure; the templates draw them as SVG."""
