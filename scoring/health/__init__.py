"""Customer health: technical, deployment, adoption, from what the book holds of an account."""
