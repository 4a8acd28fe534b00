"""What stood before the article instead of it, told by the page alone (RECORD, Walls).

Asked only about a page whose text came out short, has no article or lies at an address of walls: the
marks of consent tools and of sign-in stand on most good pages too. `unrelated` and what the wire can
tell (status, headers) are decided elsewhere, and so is where an address led (`ingest.page.detours`).
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from archive.identity.address import is_durable
from archive.model.stated import Wall, WallKind
from ingest.clean import one_line
from ingest.page.jsonld import LinkedData, Node
from ingest.page.listing import list_marker
from ingest.page.measure import count_words
from ingest.page.meta import MetaTags
from ingest.page.text import offers
from ingest.page.tree import PageTree, serialise

FEW_WORDS = 80
_SCRIPT_WORDS = 50
_TEASER_WORDS = 150
_MAX_SOURCE = 400_000
_MAX_TEXT = 10_000  # more than the words of any teaser, in any script

_CHALLENGE_TITLE = re.compile(
    r"^(?:just a moment|attention required!|pardon our interruption|ddos-guard|"
    r"checking your browser|please wait\.\.\. \| cloudflare|"
    r"one moment, please|human verification|verify(?:ing)? you are (?:a )?human|are you a robot|"
    r"robot check|security check|bot verification|client challenge|making sure you're not a bot)",
    re.IGNORECASE,
)
_CHALLENGE_SOURCE = (
    "_cf_chl_opt", "/cdn-cgi/challenge-platform/h/", "captcha-delivery.com", "px-captcha",
    "_Incapsula_Resource", "awsWafCookieDomainList", "Checking your browser",
    "Making sure you&#39;re not a bot", "Making sure you're not a bot", "sgcaptcha",
    "cf-browser-verification",
)  # fmt: skip
_CONSENT_HOST = re.compile(
    r"^(?:(?:my)?privacy\.|consent\.|guce\.|cmp\.)|^myprivacy\.", re.IGNORECASE
)
_CONSENT_ADDRESS = re.compile(
    r"privacy-?gate|privacy-wall|cookie-?wall|/(?:cookie-?)?consent\b[^?]*\?.*(?:callback|"
    r"redirect|return)",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"partners\b.{0,80}\bprivacy|privacy\b.{0,80}\bpartners|cookies? accepteren|"
    r"accepteer (?:alle )?cookies|we value your privacy|"
    r"accept (?:all )?cookies|zustimmung|mit werbung weiterlesen|mit werbung und cookies|"
    r"alle akzeptieren|avec nos partenaires|"
    r"accepter (?:et continuer|les cookies)|continuer sans accepter|aceptar (?:y continuar|"
    r"las cookies|cookies)|con nuestros socios|"
    r"accetta (?:e continua|i cookie|tutti)|con i nostri partner|aceitar (?:e continuar|cookies|"
    r"todos)|godkänn (?:alla )?(?:cookies|kakor)|"
    r"accepter alle|godta alle|akceptuję|przejdź do serwisu|zgadzam się|toestemming",
    re.IGNORECASE | re.DOTALL,
)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|inloggen|anmelden|connexion|iniciar-sesion|accedi|entrar|logga-in|"
    r"logg-inn|zaloguj|sso|account/login)(?:[/?.]|$)",
    re.IGNORECASE,
)
_SCRIPT_WORDS_SAID = re.compile(
    r"(?:enable|turn on|activate|requires?|need) (?:the use of )?java ?script|"
    r"java ?script (?:is |must be )?(?:required|disabled|enabled|not enabled|not available)|"
    r"javascript (?:in te schakelen|inschakelen|aanzetten|staat uit)|schakel javascript in|"
    r"(?:zet|sta) javascript|javascript (?:aktivieren|ist deaktiviert|einschalten)|"
    r"aktivieren sie (?:bitte )?javascript|"
    r"activer javascript|activez javascript|javascript est désactivé|habilit[ae]r? javascript|"
    r"activar javascript|active javascript|abilita(?:re)? javascript|attiva(?:re)? javascript|"
    r"ativ[ae]r? (?:o )?javascript|habilite (?:o )?javascript|aktivera javascript|"
    r"slå på javascript|aktiver(?:e)? javascript|slå javascript til|"
    r"włącz(?:yć)? (?:obsługę )?javascript|обслугу javascript|javascriptを有効",
    re.IGNORECASE,
)
_MISSING_WORDS = re.compile(
    r"\b404\b|\b410\b|page (?:was |could )?not (?:be )?found|not found|(?:page|article|"
    r"story) (?:does not exist|doesn't exist|no longer (?:exists|available)|is unavailable)|"
    r"pagina (?:is )?niet (?:meer )?(?:gevonden|beschikbaar)|(?:pagina|artikel) bestaat niet|"
    r"niet gevonden|seite (?:wurde )?nicht gefunden|nicht gefunden|"
    r"page (?:introuvable|non trouvée)|página no (?:encontrada|existe)|no se (?:ha )?encontr|"
    r"pagina non trovata|non trovata|página não encontrada|"
    r"sidan (?:hittades inte|kunde inte hittas|finns inte)|siden (?:blev ikke fundet|findes ikke|"
    r"ble ikke funnet|finnes ikke)|nie znaleziono|strona nie istnieje|sivua ei löyd",
    re.IGNORECASE,
)
_EMPTY_ROOT = ("root", "app", "__next", "__nuxt", "main-app")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a wall is told by: the page, its linked data, the text that came out of it.

    `n_listed`: so many articles the page lists in place of being one (`ingest.page.listing`).
    """

    page: PageTree
    meta: MetaTags
    data: LinkedData
    article: Node | None
    text: str
    n_listed: int = 0


def find_wall(e: Evidence) -> Wall | None:
    """Return the wall this page is, the first that fits of RECORD's list; None for an article."""
    n_words = count_words(e.text[:_MAX_TEXT])
    if (marker := _consent_address(e.page.url)) is not None:
        return Wall(kind=WallKind.CONSENT, marker=marker)
    if n_words < _TEASER_WORDS or e.article is None:
        found = _without_article(e, n_words)
        if found is not None:
            return found
    return _paywall(e, n_words)


def _without_article(e: Evidence, n_words: int) -> Wall | None:
    titles = [
        one_line(t)
        for t in (e.meta.page_title, *(h.text_content() for h in e.page.root.iter("h1")))
        if t
    ]
    is_short = n_words < FEW_WORDS
    if is_short and (marker := _challenge(e, titles)) is not None:
        return Wall(kind=WallKind.CHALLENGE, marker=marker)
    document: BeautifulSoup | None = None
    if is_short and not e.page.is_vast:
        document = e.page.whole()
        shown, consent = _shown_words(document)
        if (
            (match := _CONSENT_WORDS.search(consent + " " + shown)) is not None
            and e.article is None
            and count_words(shown) < 2 * FEW_WORDS
        ):
            return Wall(kind=WallKind.CONSENT, marker=one_line(match[0])[:80])
        if (marker := _login(document, e.page.url)) is not None:
            return Wall(kind=WallKind.LOGIN, marker=marker)
    if (
        document is not None
        and n_words < _SCRIPT_WORDS
        and (marker := _script(document)) is not None
    ):
        return Wall(kind=WallKind.SCRIPT, marker=marker)
    if e.article is None and (is_short or not e.text):
        for title in titles:
            if (match := _MISSING_WORDS.search(title)) is not None:
                return Wall(kind=WallKind.MISSING, marker=one_line(match[0]))
    if e.n_listed and is_durable(e.page.url):
        return Wall(kind=WallKind.MISSING, marker=list_marker(e.n_listed))
    return None


def _challenge(e: Evidence, titles: list[str]) -> str | None:
    for title in titles:
        if (match := _CHALLENGE_TITLE.match(title)) is not None:
            return match[0]
    source = serialise(e.page.root)[:_MAX_SOURCE]
    if "Access Denied" in " ".join(titles) and "Reference #" in source.replace("&#35;", "#"):
        return "Access Denied, Reference #"
    return next((mark for mark in _CHALLENGE_SOURCE if mark in source), None)


def _consent_address(url: str) -> str | None:
    parts = urlsplit(url)
    if (match := _CONSENT_HOST.match(parts.hostname or "")) is not None:
        return match[0]
    match = _CONSENT_ADDRESS.search(f"{parts.path}?{parts.query}")
    return match[0][:80] if match else None


def _shown_words(document: BeautifulSoup) -> tuple[str, str]:
    """Return what a reader sees outside consent blocks, and what those blocks say."""
    consent: list[str] = []
    for tag in document(["script", "style", "noscript", "template"]):
        if tag.name != "noscript":
            tag.extract()
    for tag in document.find_all(["div", "section", "aside", "dialog"]):
        if tag.parent is None or not isinstance(tag, Tag):
            continue
        classes: object = tag.get("class") or []
        name = " ".join(
            [*(classes if isinstance(classes, list) else [str(classes)]), str(tag.get("id") or "")]
        )
        if re.search(r"cookie|consent|privacy|gdpr|cmp", name, re.IGNORECASE):
            consent.append(tag.get_text(" "))
    body = document.body or document
    return one_line(body.get_text(" "))[:20_000], one_line(" ".join(consent))[:20_000]


def _login(document: BeautifulSoup, url: str) -> str | None:
    if (match := _LOGIN_PATH.search(urlsplit(url).path)) is not None:
        return match[0]
    if (
        document.find("input", type="password") is not None
        and document.find(["article", "time"]) is None
    ):
        return "password field"
    return None


def _script(document: BeautifulSoup) -> str | None:
    text = one_line(document.get_text(" "))[:20_000]
    if (match := _SCRIPT_WORDS_SAID.search(text)) is not None:
        return match[0]
    for name in _EMPTY_ROOT:
        tag = document.find(id=name)
        if isinstance(tag, Tag) and not tag.get_text(strip=True):
            return f"empty #{name}"
    return None


def _paywall(e: Evidence, n_words: int) -> Wall | None:
    """Tell a teaser: a flag or an offer, and a short text. The flag alone is none: 36 of 39 flagged pages are whole."""
    if n_words >= _TEASER_WORDS:
        return None
    nodes = [e.article] if e.article is not None else []
    if any(node.truth("isAccessibleForFree") is False for node in nodes):
        return Wall(kind=WallKind.PAYWALL, marker="isAccessibleForFree false")
    tier = (e.meta.first("article:content_tier") or "").lower()
    if tier in ("locked", "metered"):
        return Wall(kind=WallKind.PAYWALL, marker=f"content_tier {tier}")
    for _, words in offers(e.page.root):
        return Wall(kind=WallKind.PAYWALL, marker=words[:80])
    return None
