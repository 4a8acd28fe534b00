"""The lines and blocks that surround an article, as data: how they open, how they are named.

Used by `ingest.page.text` and `ingest.page.walls`. A phrase belongs here if it opens a line that is
about the site and not about the news, in any article of any site; not because one site has it. What
a sentence of news could say too is read only where the line is short, a link, or nothing else: an
archive must rather keep a line too many than lose one.
"""

import re
from functools import lru_cache

# Openings of a line that leads to another article, whatever follows them.
LEADS_ELSEWHERE = (
    # nl, en, de
    "lees ook", "lees verder:", "bekijk ook", "kijk ook", "luister ook", "lees alles over",
    "read also", "also read", "read more:", "read next", "see also", "you may also like",
    "you might also like", "related:", "related stories", "related articles", "watch:", "listen:",
    "in case you missed it:", "lesen sie auch", "lesen sie mehr", "lies auch", "auch interessant",
    "mehr zum thema", "das könnte sie auch interessieren", "das könnte dich auch interessieren",
    "weitere artikel", "siehe auch:",
    # fr, es, it, pt
    "lire aussi", "à lire aussi", "a lire aussi", "lire également", "à lire également",
    "voir aussi", "à voir aussi", "sur le même sujet", "lisez aussi", "te puede interesar",
    "le puede interesar", "puede interesarte", "también te puede interesar", "lee también",
    "lea también", "leer también", "lee además", "lea además", "ver también",
    "noticias relacionadas", "te recomendamos", "leggi anche", "leggi pure",
    "potrebbe interessarti", "ti potrebbe interessare", "vedi anche", "guarda anche",
    "articoli correlati", "leia também", "leia mais", "veja também", "confira também",
    "assista também", "notícias relacionadas",
    # sv, da, no, fi, is
    "läs också", "läs även", "läs mer:", "se även:", "læs også", "læs mere:", "se også:",
    "les også", "les mer:", "les saken", "lue myös", "katso myös", "lesa meira",
    # pl, cs, sk, hu, ro, el, tr
    "czytaj także", "czytaj też", "czytaj również", "przeczytaj także", "przeczytaj też",
    "przeczytaj również", "zobacz też", "zobacz także", "zobacz również", "čtěte také",
    "čtěte i", "přečtěte si", "mohlo by vás zajímat", "čítajte aj", "prečítajte si",
    "súvisiace články", "kapcsolódó cikk", "citește și", "citeşte şi", "citiți și", "vezi și",
    "διαβάστε επίσης", "διαβάστε ακόμη", "δείτε επίσης", "ilgili haber", "bunu da oku",
    # ru, uk, bg, hr, sl, he, ar, hi, id, ja, zh, ko
    "читайте также", "читать также", "читайте по теме", "смотрите также", "читайте також",
    "дивіться також", "прочетете още", "pročitajte još", "pročitajte i", "pročitaj još",
    "preberite tudi", "preberite še", "קראו גם", "اقرأ أيضا", "اقرأ أيضاً", "إقرأ أيضا",
    "بیشتر بخوانید", "यह भी पढ़ें", "ये भी पढ़ें", "baca juga", "simak juga", "関連記事", "あわせて読みたい",
    "相关阅读", "相關新聞", "延伸閱讀", "推荐阅读", "관련기사", "관련 기사",
)  # fmt: skip

# Openings that a sentence of news may have as well: only before a colon or nothing, or in a link.
MAY_LEAD_ELSEWHERE = (
    "lees meer", "lees verder", "lees hier", "meer over", "meer nieuws", "meer lezen", "zie ook",
    "ook interessant", "gerelateerd", "read more", "read", "related", "related news",
    "related topics", "more on this", "more from", "more stories", "more", "recommended",
    "most read", "don't miss", "up next", "trending", "further reading", "editor's picks",
    "in case you missed it", "mehr dazu", "lesen sie hier", "weitere informationen zu", "mehr von",
    "mehr über", "zum thema", "siehe auch", "weiterlesen", "lire la suite", "à lire",
    "pour aller plus loin", "leer más", "lea más", "más información", "más sobre", "leggi tutto",
    "per approfondire", "saiba mais", "ler mais", "veja mais", "mais sobre", "läs mer",
    "läs vidare", "se även", "mer om", "relaterat", "læs mere", "læs her", "se også", "mere om",
    "les mer", "lue lisää", "czytaj więcej", "zobacz więcej", "čtěte více", "viz také",
    "olvasd el", "olvassa el", "διαβάστε περισσότερα", "по теме", "още по темата", "povezano",
)  # fmt: skip

_RIGHTS = (
    r"©", r"\(c\) ?\d{4}", r"all rights reserved", r"alle rechten voorbehouden",
    r"alle rechte vorbehalten", r"tous droits réservés", r"todos los derechos reservados",
    r"tutti i diritti riservati", r"todos os direitos reservados",
    r"wszelkie prawa zastrzeżone", r"eftertryck förbjudet",
)  # fmt: skip
_ADVERTS = (
    r"^\W*(?:advertisement|advertentie|anzeige|werbung|publicité|publicidad|pubblicità"
    r"|publicidade|annons|annonce|annonse|reklama|реклама|広告|광고|广告)\W*$",
    r"^\W*(?:article|story) continues (?:below|after)", r"scroll (?:down )?to continue",
    r"^\W*(?:tekst|artikel|verhaal) (?:gaat|loopt) (?:verder|door) (?:onder|na)",
    r"^\W*lees verder na de advertentie",
)  # fmt: skip
# Requests: a verb in the imperative opens the line, or the site speaks of itself.
_REQUESTS = (
    r"^\W*(?:sign up|subscribe|register) (?:for|to|now|here|today)", r"^\W*subscribe\W*$",
    r"(?:sign up|subscribe) (?:for|to) our", r"our (?:free |daily |weekly )*newsletter",
    r"(?:schrijf je|meld je|schrijf u|meld u) (?:hier |nu |gratis )*(?:in|aan) voor",
    r"^\W*(?:onze |de )?nieuwsbrief\W*$", r"^\W*ontvang\b.{0,60}\bnieuwsbrief",
    r"^\W*(?:neem|word) (?:nu |een )*abonn", r"newsletter (?:abonnieren|bestellen)",
    r"^\W*(?:jetzt )?abonnieren", r"^\W*abonnieren sie", r"^\W*zum newsletter",
    r"abonnez-vous", r"^\W*inscrivez-vous", r"^\W*s'abonner\b", r"notre newsletter",
    r"^\W*recevez\b", r"suscríbete a", r"suscríbase a", r"nuestr[oa] (?:boletín|newsletter)",
    r"únete a nuestro (?:canal|grupo)", r"^\W*iscriviti (?:alla|al|ora)", r"^\W*abbonati\b",
    r"^\W*assine (?:a|o|já|agora|nossa)\b", r"^\W*inscreva-se", r"^\W*prenumerera på",
    r"^\W*skriv upp dig", r"^\W*tilmeld dig", r"^\W*meld deg på", r"^\W*tilaa uutiskirje",
    r"^\W*zapisz się (?:na|do)", r"^\W*подпи(?:шитесь|сывайтесь) на",
    r"^\W*підпи(?:шіться|суйтесь) на", r"^\W*odebírejte", r"^\W*iratkozz fel",
    r"^\W*abonează-te", r"(?:follow|like|find|join) us on", r"volg ons (?:op|via)",
    r"folgen sie uns", r"suivez-nous", r"síguenos en", r"seguici su", r"siga-nos",
    r"följ oss på", r"følg os på", r"følg oss på", r"obserwuj nas",
    r"^\W*(?:download|get) (?:the|our) (?:free )?app\b", r"please enable javascript",
    r"^\W*download (?:de|onze) (?:gratis )?app\b", r"enable javascript to (?:view|read|run|see)",
)  # fmt: skip
_SHARING = (
    r"^\W*(?:share|deel|delen|teilen|partager|compartir|condividi|compartilhar|partilhar|dela|del"
    r"|jaa|udostępnij|поделиться|поділитися)\W*(?:(?:this|dit|diesen|cet|este|questo|o|na|on|op"
    r"|via|facebook|twitter|x|whatsapp|linkedin|e-?mail|article|artikel|artículo|articolo|artigo"
    r"|link)\W*)*$",
)  # fmt: skip
_READING_TIME = (
    r"^\W*\d+ ?min(?:ute[ns]?|uten|uti|uter|utter|utos|\.)?"
    r" (?:read|leestijd|lesezeit|de lecture|de lectura|di lettura|de leitura|läsning|læsetid"
    r"|lesetid|czytania)\W*$",
    r"^\W*(?:leestijd|lesezeit|lesedauer|reading time|temps de lecture|tiempo de lectura"
    r"|tempo di lettura|tempo de leitura|lästid|læsetid|lesetid|czas czytania)\b.{0,20}$",
)  # fmt: skip
ABOUT_THE_SITE = re.compile(
    "|".join((*_RIGHTS, *_ADVERTS, *_REQUESTS, *_SHARING, *_READING_TIME)), re.IGNORECASE
)

# An offer to pay that speaks of the article itself, or asks the reader. Never part of a text.
OFFER = re.compile(
    r"(?:artikel|verhaal|inhoud)\b.{0,30}\b(?:alleen|exclusief) voor abonnees|verder lezen\s*\?"
    r"|\bal abonnee\s*\?|(?:subscribe|sign in|log in|register) to (?:continue|keep) reading"
    r"|(?:subscribe|log in|sign in) to (?:continue|unlock|read (?:this|the full))"
    r"|already a subscriber\s*\?|(?:article|content|story)\b.{0,30}\b(?:for|to) subscribers"
    r"|jetzt weiterlesen|weiterlesen mit|(?:artikel|inhalt)\b.{0,30}\bfür abonnenten"
    r"|(?:bereits|schon) abonnent(?:in)?\s*\?|(?:article|contenu)\b.{0,30}\bréservée?s? "
    r"(?:aux|à nos) abonnés|déjà abonnée?\s*\?|il vous reste .{0,12}% de cet article"
    r"|la suite (?:de cet article )?est réservée|contenido exclusivo para|¿ya eres suscriptor"
    r"|(?:artículo|contenido|noticia)\b.{0,30}\b(?:solo|exclusiv[oa]) para (?:los )?suscriptores"
    r"|(?:articolo|contenuto)\b.{0,30}\b(?:riservato|solo) (?:agli|per gli) abbonati"
    r"|sei già abbonato\s*\?|conteúdo exclusivo para assinantes|já é assinante\s*\?"
    r"|(?:artikeln|innehållet)\b.{0,30}\bför prenumeranter|redan prenumerant\s*\?"
    r"|(?:artiklen|artikkelen|indholdet|innholdet)\b.{0,30}\bfor abonnenter"
    r"|er du (?:allerede )?abonnent\s*\?|(?:artykuł|treść)\b.{0,40}\bdla (?:prenumeratorów"
    r"|subskrybentów)|masz już prenumeratę\s*\?|(?:juttu|artikkeli)\b.{0,30}\btilaajille",
    re.IGNORECASE,
)
# The same in few words: a line of at most eight of them that says no more than this.
SHORT_OFFER = re.compile(
    r"(?:alleen|exclusief) voor abonnees|for subscribers only|subscribers? only"
    r"|nur für abonnenten|réservée?s? aux abonnés|solo para suscriptores|solo per abbonati"
    r"|riservato agli abbonati|(?:só|exclusivo) para assinantes|(?:endast|bara) för prenumeranter"
    r"|kun for abonnenter|tylko dla (?:prenumeratorów|subskrybentów)|vain tilaajille",
    re.IGNORECASE,
)
SHORT_OFFER_WORDS = 8

# Names in class or id of blocks that are never part of an article.
_BLOCKS = (
    # comments and reactions
    "comments?", "comment-?list", "disqus(?:-thread)?", "fb-comments", "coral-?talk", "livefyre",
    "comments?-?(?:section|area|wrapper|container|box|form|thread|block)",
    "commentaires", "kommentare?", "reacties?", "reactions?", "reageer", "comentarios", "commenti",
    "kommentarer", "komentarze", "respond", "talkback", "opinary",
    # newsletters
    "newsletters?", "newsletter-?(?:signup|form|box|block|promo|teaser|cta|widget|subscribe)",
    "nieuwsbrief", "mc4wp-form", "mailchimp", "email-?sign-?up", "inscription-newsletter",
    # consent
    "cookies?", "cookie-?(?:banner|notice|bar|consent|wall|message|policy|popup|law-info-bar)",
    "consent", "cookieconsent", "gdpr", "privacy-?(?:banner|notice|gate|wall)", "didomi(?:-host)?",
    "onetrust(?:-consent-sdk)?", "cmp(?:box)?", "qc-cmp2?-container", "usercentrics(?:-root)?",
)  # fmt: skip
_BLOCK_NAME = re.compile(
    r"(?:^|[\s_])(?:[a-z]{1,12}[-_]{1,2})?(?:" + "|".join(_BLOCKS) + r")(?=$|[\s_])", re.IGNORECASE
)
_OFFER_NAME = re.compile(
    r"(?:^|[\s_-])(?:paywall|pay-?wall|premium-?wall|metered|regwall|abo-?wall|piano"
    r"|subscription-?(?:wall|offer|required))(?:$|[\s_-])",
    re.IGNORECASE,
)
COMMENTS_HEADING = re.compile(
    r"^(?:\d+\s+)?(?:reacties?|comments?|kommentare?|commentaires?|comentarios?|commenti"
    r"|comentários?|kommentarer|komentarze|комментарии|коментарі|reageer|leave a (?:reply|comment)"
    r"|plaats (?:een )?reactie|schreib(?:e|en sie)? einen kommentar|laisser un commentaire"
    r"|deja (?:un comentario|una respuesta)|lascia un commento|deixe um comentário)"
    r"\W*\(?\d*\)?\W*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # a site's blocks repeat their names: the second look is free
def kind_of_block(names: str) -> str | None:
    """Return "never" for class and id names of blocks that are no text, "offer" for those that sell it."""
    if _BLOCK_NAME.search(names):
        return "never"
    return "offer" if _OFFER_NAME.search(names) else None


def leads_elsewhere(words: str, link_share: float) -> bool:
    """Tell a line that leads to another article; `link_share` is the part of it that is linked."""
    folded = words.casefold()
    if folded.startswith(LEADS_ELSEWHERE):
        return True
    if not folded.startswith(MAY_LEAD_ELSEWHERE):
        return False
    if link_share > 0.3:
        return True
    rests = (folded[len(p) :] for p in MAY_LEAD_ELSEWHERE if folded.startswith(p))
    return any(not rest.strip() or rest.lstrip()[0] in ":|>»→…" for rest in rests)


def is_about_the_site(words: str) -> bool:
    """Tell a line of rights, adverts, requests, sharing or reading time; and an offer to pay."""
    return bool(ABOUT_THE_SITE.search(words)) or is_offer(words)


def is_offer(words: str) -> bool:
    """Tell a line that offers the rest of an article for money or an account."""
    if OFFER.search(words):
        return True
    return len(words.split()) <= SHORT_OFFER_WORDS and bool(SHORT_OFFER.search(words))
