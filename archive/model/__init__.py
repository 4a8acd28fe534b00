"""The nouns: frozen values that cross module borders, without behaviour beyond their own consistency.

`stated`  what a feed or a page says (Entry, ParsedFeed, ArticlePage, Claim, ...)
`site`    what an operator says of one site
`outcome` what a poll or a page fetch came to (FeedJob, FeedOutcome, PageJob, PageOutcome, Schedule, ...)
`kept`    what the archive holds, as read from it (Article, Variant, Revision, Sighting, Hit, ...)
`query`   the query tree's nodes

Import from the submodules: a search then loads only what it needs.
"""
