"""The way in: from bytes on the wire to outcomes that the archive can deposit.

`ingest.wire` fetches, `ingest.feed` and `ingest.page` parse, `ingest.poll` makes one outcome of one
request, `ingest.engine` runs many of them. Only `archive.store` writes what comes out.
"""
