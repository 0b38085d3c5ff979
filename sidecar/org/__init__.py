"""The local org as the embedded default, and the commands that work on it.

With `sidecar.demo` the only importer of `localorg`.
"""
