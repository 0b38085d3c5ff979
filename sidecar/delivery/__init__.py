"""How people are told something: by mail and by Slack, each thing once, and only those who want it."""
