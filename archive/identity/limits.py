"""Every threshold of the rules, each with its reason: the one place to look, and to turn.

`compare` takes them as a value, so that `benchmarks.identity` can move each alone and print what moves with it
(docs/identity.md). Shares are 0 to 1, `_h` hours, `_words` words (a pair of signs of a script without spaces counts
half a word).
"""

from dataclasses import dataclass, field
from typing import Any, Final


def _limit(value: float, why: str) -> Any:
    """Return a field with its default and, in its metadata, the reason for it."""
    return field(default=value, metadata={"why": why})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The thresholds of `rules`, `mould` and `slots`. The reasons stand in the fields' metadata."""

    # Time
    far_h: float = _limit(
        720, "words alone join no further: what returns after a month is a repeat"
    )
    recycled_h: float = _limit(12, "another article under one address; sooner it is an edit")
    short_h: float = _limit(72, "a short item, a line or a headline is used again within the week")
    moved_h: float = _limit(
        24, "a toll rises within a day; a series states its next figures after one"
    )

    # An address that shows another article, a guid, a number
    unlike_text: float = _limit(0.08, "unrelated texts of one desk share up to .05 of their runs")
    unlike_title: float = _limit(0.34, "unrelated headlines share a third of their letters at most")
    strange_text: float = _limit(
        0.03, "under a long slug only what shares nothing is another article"
    )
    strange_title: float = _limit(0.25, "as strange_text")
    guid_title: float = _limit(0.5, "a guid needs a headline half of which stayed")
    guid_text: float = _limit(0.3, "or a text of which a third stayed")

    # Sizes
    short_words: float = _limit(20, "below, runs of words are too few to count")
    summary_words: float = _limit(8, "below, a line is a label")
    blurb_words: float = _limit(60, "a summary this short proves nothing without its headline")
    long_words: float = _limit(
        150, "a text this long is no summary and no mould of three sentences"
    )
    title_words: float = _limit(5, "below, a headline is a section's name")

    # Headlines
    sure_title: float = _limit(0.9, "one headline but for a letter or a cut")
    blurb_title: float = _limit(0.3, "headlines less alike say nothing for one article")
    line_title: float = _limit(
        0.34, "of two headlines over one line; in 326,000 sightings wrong once"
    )
    line_title_at_once: float = _limit(0.30, "the same, dated to one second")
    told_title: float = _limit(0.8, "a headline taken from the text has most of its runs there")
    spoken_title: float = _limit(
        0.25, "a text with fewer of a headline's words does not speak of it"
    )

    # Likeness on one site; numbers keep moulds apart: without them 22 % of hard negatives merged
    near_text: float = _limit(0.90, "copies edited by one word in a hundred keep this much")
    near_numbers: float = _limit(0.6, "with so much alike one figure in three may be corrected")
    like_text: float = _limit(
        0.55, "more than half of either: two stories of one event share a third"
    )
    like_numbers: float = _limit(0.8, "in moulds .0 to .6 of the figures agree")
    held_text: float = _limit(0.80, "a story that grew holds what it said before")
    held_numbers: float = _limit(0.6, "in a long text figures are many, and some move")
    edited_text: float = _limit(0.4, "one long text under one headline, edited throughout")
    edited_held: float = _limit(0.6, "as edited_text, of the shorter")
    edited_numbers: float = _limit(0.7, "as edited_text")
    one_figure_text: float = _limit(0.95, "nothing moved but a figure")
    one_figure_numbers: float = _limit(0.4, "as one_figure_text: one of few figures")

    # Likeness of two sites
    copy_text: float = _limit(0.50, "a wire story under two papers' leads; quotes reach .37")
    copy_numbers: float = _limit(0.55, "papers round and drop figures")
    copy_held: float = _limit(0.80, "a wire story that one paper cut")
    copy_held_numbers: float = _limit(0.8, "what is left of a cut story keeps its figures")
    own_lead_held: float = _limit(0.65, "an own lead and a cut; background and excerpts reach .63")
    own_lead_text: float = _limit(0.45, "as own_lead_held, of both: excerpts reach .37")

    quoted_opening: float = _limit(0.5, "of the opening's words: a story that quotes has its own")

    # Figures that moved in one story
    moved_text: float = _limit(0.9, "runs without figures: all but a sentence stayed")
    moved_figures: float = _limit(
        2, "a toll and what hangs on it; in a mould every figure is another"
    )
    moved_density: float = _limit(
        0.04, "figures among words: stories .01 to .03, moulds .05 to .12"
    )

    # A story told anew under its headline
    headline_held: float = _limit(
        0.3, "a third of the runs stayed; another issue of a column shares .02"
    )
    headline_throughout: float = _limit(
        0.5, "of the words, in every third: retold .55 up, frames to .41"
    )
    headline_names: float = _limit(0.6, "the same people and places")
    headline_numbers: float = _limit(0.6, "and the same figures")

    # Summaries
    summary_part: float = _limit(0.8, "a summary is shorter than its text by a fifth")
    summary_here: float = _limit(0.9, "on one site a summary is the text's own head")
    summary_there: float = _limit(0.8, "an aggregator trims and adds a word")
    summary_titled: float = _limit(0.7, "under one headline less will do")
    summary_numbers: float = _limit(0.8, "a figure that the text lacks is of another issue")
    head_words: float = _limit(150, "a summary is sought in the head of the text")
    byline_words: float = _limit(30, "under another headline it opens the text, but for a byline")
    head_factor: float = _limit(2.0, "or in as many words as it has, twice")

    # Misread letters
    letters_text: float = _limit(0.45, "five-letter runs at 5 % misread letters")
    letters_length: float = _limit(0.8, "a scan loses letters, not paragraphs")
    letters_shingles: float = _limit(0.1, "even at 5 % misread letters .3 of the word runs live")
    letters_numbers: float = _limit(0.5, "figures are misread too")
    misread_share: float = _limit(0.5, "of the differing words; in a mould they are other words")

    # Related
    quoted_text: float = _limit(0.2, "a fifth of the shorter text stands in the other")

    # Marks of a mould
    exclusive_names: float = _limit(2, "one name is a correction, two are another subject")
    exclusive_share: float = _limit(0.30, "of all names: moulds .4 to 1, edited copies up to .12")
    name_density: float = _limit(
        0.02, "names among words: news in scripts with capitals .05 to .35"
    )
    noun_density: float = _limit(0.2, "German has .25 to .35: its capitals tell nouns, not names")
    slot_words: float = _limit(12, "a slot holds a name or two; an own lead has more words")
    slot_density: float = _limit(
        0.008, "one exchanged name in 125 words; copyedits exchange words, not names"
    )
    slot_named: float = _limit(0.5, "of the exchanges: a copyeditor exchanges other words too")
    slot_head: float = _limit(40, "a report says in its opening what it is of (without capitals)")
    slot_most: float = _limit(6, "a mould has a few slots; edits throughout are a copyeditor's")
    slot_loose: float = _limit(0.06, "words that differ outside slots: in a mould there are none")


LIMITS: Final = Limits()
