"""`sidecar backtest`: how good the numbers would have been, in the terminal, as JSON and as a page."""
