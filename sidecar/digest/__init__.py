"""The weekly digest: what each rep and each leader should know on Monday morning, from what the org holds."""
