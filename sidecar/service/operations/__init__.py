"""What a person asks of the service beside its jobs: to see a plan or an undo, and then to have it done."""
