"""The local org's HTTP side: OAuth, REST, Bulk API 2.0."""
