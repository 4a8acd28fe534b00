"""How well and how cheaply articles are told apart, beside what else is in use.

    python -m benchmarks.identity                    our own hard pairs, the address pairs
    python -m benchmarks.identity CORPUS             also a labelled collection: a folder of parts, or a .tar.xz of one
    python -m benchmarks.identity CORPUS --sensitivity     also what moves when each threshold moves (some minutes)
    python -m benchmarks.identity --cost 100000      CPU and bytes an article, through the real deposit
    ... --out docs/identity.md                       writes the tables there, between their markers

w3lib and url-normalize stand in the address table where they are installed. Nothing here decides a test.
"""

import argparse
import importlib
import json
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from archive.identity.address import url_key
from archive.identity.limits import LIMITS, Limits
from archive.identity.rules import compare
from benchmarks.address_pairs import address_pairs
from benchmarks.identity_adapter import traits_from
from benchmarks.identity_cases import LANGUAGES, SEALED, Document, cases
from benchmarks.report import machine

MERGED = ("SAME", "REVISION")
FACTORS = (0.8, 0.9, 1.1, 1.2)
Rule = Callable[[Document, Document], bool]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two documents, and whether they are one article."""

    one: Document
    other: Document
    is_one: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Score:
    """What a rule made of pairs; `recall` of each kind that must be one counts the same in `macro`."""

    f1: float
    n_false: int
    n_apart: int
    macro: float

    def cells(self) -> str:
        return (
            f"{self.f1:.3f} | {self.n_false} of {self.n_apart} ({self.n_false / max(1, self.n_apart):.1%})"
            f" | {self.macro:.3f}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpus", nargs="?", type=Path)
    parser.add_argument("--sensitivity", action="store_true")
    parser.add_argument("--cost", type=int, metavar="N")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    if options.cost:
        _show("cost", cost_table(options.cost), options.out)
        return 0
    sets = own_sets() | (corpus_sets(options.corpus) if options.corpus else {})
    _show("baselines", baseline_table(sets), options.out)
    _show("addresses", address_table(), options.out)
    if options.sensitivity:
        pairs = [pair for one in sets.values() for pair in one]
        _show("sensitivity", sensitivity_table(pairs), options.out)
    return 0


def _show(name: str, lines: Sequence[str], out: Path | None) -> None:
    print("\n".join(lines), end="\n\n", flush=True)
    if out is None:
        return
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    head, found, rest = out.read_text(encoding="utf-8").partition(begin)
    if not found:
        raise SystemExit(f"{out} has no {begin} to write between")
    table = "\n".join([begin, "", f"Measured {machine()}.", "", *lines, "", end])
    out.write_text(head + table + rest.partition(end)[2], encoding="utf-8")


# ---- the pairs -----------------------------------------------------------------------------------


def own_sets() -> dict[str, list[Labelled]]:
    """Return our own pairs: of the languages that were read while rules changed, and of the others."""
    read = tuple(language for language in LANGUAGES if language not in SEALED)
    parts = {"own, read": read, "own, sealed": tuple(sorted(SEALED))}
    return {
        name: [Labelled(c.one, c.other, c.is_one, c.kind) for c in cases(languages=languages)]
        for name, languages in parts.items()
    }


def corpus_sets(place: Path) -> dict[str, list[Labelled]]:
    """Return the parts of a collection: each has docs.jsonl and pairs.jsonl."""
    held = dict(_files(place))
    sets = {}
    for part in sorted(
        name.removesuffix("/pairs.jsonl") for name in held if name.endswith("pairs.jsonl")
    ):
        docs = {d["id"]: d for d in map(json.loads, held[f"{part}/docs.jsonl"].splitlines())}
        pairs = map(json.loads, held[f"{part}/pairs.jsonl"].splitlines())
        sets[part.rpartition("/")[2]] = [
            Labelled(docs[p["a"]], docs[p["b"]], p["label"] in MERGED, p["kind"]) for p in pairs
        ]
    return sets


def _files(place: Path) -> Iterator[tuple[str, str]]:
    if place.is_dir():
        for file in place.rglob("*.jsonl"):
            yield file.relative_to(place).as_posix(), file.read_text(encoding="utf-8")
        return
    with tarfile.open(place) as packed:
        for member in packed:
            if member.isfile() and (content := packed.extractfile(member)) is not None:
                yield member.name, content.read().decode()


def score(pairs: Sequence[Labelled], merged: Sequence[bool]) -> Score:
    """Return how a list of answers fits the pairs."""
    n_hit = n_false = n_apart = 0
    kinds: dict[str, list[bool]] = {}
    for pair, is_merged in zip(pairs, merged, strict=True):
        if pair.is_one:
            kinds.setdefault(pair.kind, []).append(is_merged)
            n_hit += is_merged
        else:
            n_apart += 1
            n_false += is_merged
    n_one = sum(map(len, kinds.values()))
    f1 = 2 * n_hit / max(1, n_hit + n_false + n_one)
    macro = sum(sum(hits) / len(hits) for hits in kinds.values()) / max(1, len(kinds))
    return Score(f1, n_false, n_apart, macro)


# ---- baselines -----------------------------------------------------------------------------------


def baseline_table(sets: Mapping[str, Sequence[Labelled]]) -> list[str]:
    """Return the table: a row a method and a set of pairs."""
    lines = ["| pairs | method | F1 | false merges | macro recall |", "|---|---|---|---|---|"]
    for name, pairs in sets.items():
        rows: list[tuple[str, Score]] = [("newsarchive", _scored(pairs, _ours))]
        rows += [(method, _scored(pairs, rule)) for method, rule in _exact_rules().items()]
        for method, likeness in (("simhash", _simhash), ("MinHash", _minhash)):
            at, best = _best(pairs, likeness)
            rows.append((f"{method}, at its best threshold here ({at:.2f})", best))
        lines += [
            f"| {name}, {len(pairs):,} | {method} | {found.cells()} |" for method, found in rows
        ]
    return lines


def _ours(a: Document, b: Document) -> bool:
    return compare(traits_from(a), traits_from(b)).is_one


def _exact_rules() -> dict[str, Rule]:
    """Return the methods that ask whether one value is equal."""
    values: dict[str, Callable[[Document], object]] = {
        "guid in one feed": lambda d: d["guid"] and (d["feed"], d["guid"]),
        "address as it stands": lambda d: d["url"],
        **{f"address, {name}": _of_url(key) for name, key in normalisers().items()},
        "title on one site": lambda d: d["title"] and (d["site"], str(d["title"]).casefold()),
        "text, exact hash": lambda d: " ".join(traits_from(d).words),
    }
    return {name: _equal(value) for name, value in values.items()}


def _of_url(key: Callable[[str], str | None]) -> Callable[[Document], object]:
    return lambda d: d["url"] and key(str(d["url"]))


def _equal(value: Callable[[Document], object]) -> Rule:
    return lambda a, b: bool(value(a)) and value(a) == value(b)


def _scored(pairs: Sequence[Labelled], rule: Rule) -> Score:
    return score(pairs, [rule(pair.one, pair.other) for pair in pairs])


def _best(
    pairs: Sequence[Labelled], likeness: Callable[[Document, Document], float]
) -> tuple[float, Score]:
    """Return the threshold with the highest F1 on these very pairs, and its score."""
    found = [likeness(pair.one, pair.other) for pair in pairs]
    tries = [(n / 50, score(pairs, [share >= n / 50 for share in found])) for n in range(5, 51)]
    return max(tries, key=lambda one: one[1].f1)


def _simhash(a: Document, b: Document) -> float:
    """Return the share of 64 bits that two simhashes of words have in common."""
    one, other = _simhash_of(a), _simhash_of(b)
    return 0.0 if one is None or other is None else 1 - (one ^ other).bit_count() / 64


def _simhash_of(doc: Document) -> int | None:
    hashes = _word_hashes(" ".join(traits_from(doc).words))
    if not len(hashes):
        return None
    bits = (hashes[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    votes = bits.sum(axis=0) * 2 > len(hashes)
    return int(sum(1 << n for n, vote in enumerate(votes) if vote))


def _minhash(a: Document, b: Document) -> float:
    """Return the share of 128 permutations whose smallest run of three words is one."""
    one, other = (_minhash_of(" ".join(traits_from(d).words)) for d in (a, b))
    return 0.0 if one is None or other is None else float((one == other).mean())


@cache
def _minhash_of(text: str) -> "np.ndarray | None":
    words = text.split(" ")
    runs = {" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2))} if text else set()
    if not runs:
        return None
    hashes = np.array([crc32(run.encode()) for run in runs], dtype=np.uint64)
    chance = np.random.default_rng(1)
    by, plus = (chance.integers(1, 2**31, (128, 1), dtype=np.uint64) for _ in range(2))
    return ((hashes * by + plus) % np.uint64(2**31 - 1)).min(axis=1)


@cache
def _word_hashes(text: str) -> np.ndarray:
    words = [word.encode() for word in text.split()]
    return np.array([crc32(w) << 32 | crc32(w[::-1] + b"#") for w in words], dtype=np.uint64)


# ---- addresses -----------------------------------------------------------------------------------


def normalisers() -> dict[str, Callable[[str], str | None]]:
    """Return what libraries make of an address, of those that are installed."""
    found: dict[str, Callable[[str], str | None]] = {}
    for name, module, function in (
        ("courlan", "courlan", "clean_url"),
        ("w3lib", "w3lib.url", "canonicalize_url"),
        ("url-normalize", "url_normalize", "url_normalize"),
    ):
        try:
            found[name] = _forgiving(getattr(importlib.import_module(module), function))
        except ImportError:
            print(f"{name} is not installed, and left out", file=sys.stderr)
    return found


def _forgiving(function: Callable[[str], str | None]) -> Callable[[str], str | None]:
    def key(url: str) -> str | None:
        try:
            return function(url)
        except (ValueError, UnicodeError):
            return None

    return key


def address_table() -> list[str]:
    """Return the table: joined pairs of each group, and pairs joined falsely."""
    keys = {"as it stands": str, "newsarchive": url_key} | normalisers()
    pairs = address_pairs()
    groups = dict.fromkeys(pair.group for pair in pairs)
    lines = [f"| pairs | {' | '.join(keys)} |", "|---|" + "---|" * len(keys)]
    for name in (*groups, "all"):
        mine = [pair for pair in pairs if name in (pair.group, "all")]
        n_one = sum(pair.is_one for pair in mine)
        cells = [_joined_cell(mine, key) for key in keys.values()]
        lines.append(f"| {name}: {n_one} are one, {len(mine) - n_one} two | {' | '.join(cells)} |")
    return lines


def _joined_cell(pairs: Sequence[object], key: Callable[[str], str | None]) -> str:
    n_right = n_false = 0
    for pair in pairs:
        one, other = key(pair.one), key(pair.other)
        is_joined = one is not None and one == other
        n_right += is_joined and pair.is_one
        n_false += is_joined and not pair.is_one
    return f"{n_right}" + (f", **{n_false} falsely**" if n_false else "")


# ---- sensitivity ---------------------------------------------------------------------------------


def sensitivity_table(pairs: Sequence[Labelled]) -> list[str]:
    """Return the table: for each threshold its reason, and F1 and false merges as it moves."""
    traits = [(traits_from(pair.one), traits_from(pair.other)) for pair in pairs]

    def scored(limits: Limits) -> Score:
        return score(pairs, [compare(a, b, limits=limits).is_one for a, b in traits])

    base = scored(LIMITS)
    lines = [
        f"All {len(pairs):,} pairs of the table above; as it stands F1 {base.f1:.4f},"
        f" {base.n_false} of {base.n_apart:,} falsely merged. A dot: nothing moved.",
        "",
        "| threshold | is | why | " + " | ".join(f"{f - 1:+.0%}" for f in FACTORS) + " |",
        "|---|---|---|" + "---|" * len(FACTORS),
    ]
    for limit in fields(Limits):
        value = getattr(LIMITS, limit.name)
        cells = [
            _moved_cell(base, scored(replace(LIMITS, **{limit.name: value * f}))) for f in FACTORS
        ]
        why = limit.metadata["why"]
        lines.append(f"| {limit.name} | {value:g} | {why} | {' | '.join(cells)} |")
    return lines


def _moved_cell(base: Score, moved: Score) -> str:
    if (base.f1, base.n_false) == (moved.f1, moved.n_false):
        return "·"
    return f"{moved.f1 - base.f1:+.4f}, {moved.n_false - base.n_false:+d}"


# ---- cost ----------------------------------------------------------------------------------------


def cost_table(n_articles: int) -> list[str]:
    """Return the table: identity's CPU and bytes an article, at a tenth of the size and at the whole."""
    from benchmarks.identity_cost import measure

    lines = [
        "| entries | identity, CPU ms an entry | in the last tenth | whole deposit | key bytes an entry |",
        "|---|---|---|---|---|",
    ]
    for n in (n_articles // 10, n_articles):
        cost = measure(n)
        lines.append(
            f"| {cost.n_articles:,} | {cost.identity_ms:.2f} | {cost.last_ms:.2f} | {cost.deposit_ms:.2f}"
            f" | {cost.key_bytes:,.0f} |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
