"""How a result is shown: sentences, figure geometry, suggestions, and the PDF. Knows nothing of HTTP."""
