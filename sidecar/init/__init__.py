"""`sidecar init`: a commented configuration, a key pair, the steps in Setup, and a mapping proposed from the org."""
