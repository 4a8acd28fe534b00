"""The one text normaliser: the same words for the index, for queries, for identity, on both engines. All pure.

`tokens` (fold, tokens, query_tokens, spans, spellings), `forms` (which words are forms of one), `dutch` (its rules
for Dutch). Inside this folder: forms -> dutch, tokens. Import from the modules: a function is called as its module.
"""
