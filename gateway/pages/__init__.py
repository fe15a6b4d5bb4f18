"""The control room as a browser gets it: pages, styles, scripts, words. Data come by the API alone."""
