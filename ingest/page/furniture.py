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
    "weitere artikel", "siehe auch:", "ähnliche beiträge", "ähnliche artikel", "empfohlene beiträge",
    "empfohlene artikel", "passend zum thema", "gerelateerde artikelen", "recommended articles",
    "articles similaires", "artículos relacionados", "artigos relacionados", "relaterade artiklar",
    "relaterede artikler", "relaterte artikler", "powiązane artykuły", "podobne artykuły",
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
    "schon gelesen", "lust auf mehr", "al gelezen", "popular", "beliebt", "populair",
    "läs vidare", "se även", "mer om", "relaterat", "læs mere", "læs her", "se også", "mere om",
    "les mer", "lue lisää", "czytaj więcej", "zobacz więcej", "čtěte více", "viz také",
    "olvasd el", "olvassa el", "διαβάστε περισσότερα", "по теме", "още по темата", "povezano",
)  # fmt: skip

# How a line about the site begins: an imperative, an advert's label, buttons, a reading time.
_OPENINGS = (
    r"(?:advertisement|advertentie|anzeige|werbung|publicité|publicidad|pubblicità|publicidade"
    r"|annons|annonce|annonse|reklama|реклама|広告|광고|广告|subscribe)\W*$",
    r"(?:article|story) continues (?:below|after)", r"lees verder na de advertentie",
    r"(?:tekst|artikel|verhaal) (?:gaat|loopt) (?:verder|door) (?:onder|na)",
    r"(?:sign up|subscribe|register) (?:for|to|now|here|today)", r"(?:onze |de )?nieuwsbrief\W*$",
    r"ontvang\b.{0,60}\bnieuwsbrief", r"(?:neem|word) (?:nu |een )*abonn",
    r"(?:jetzt )?abonnieren", r"abonnieren sie", r"zum newsletter", r"inscrivez-vous",
    r"s'abonner\b", r"recevez\b", r"iscriviti (?:alla|al|ora)", r"abbonati\b",
    r"assine (?:a|o|já|agora|nossa)\b", r"inscreva-se", r"prenumerera på", r"skriv upp dig",
    r"tilmeld dig", r"meld deg på", r"tilaa uutiskirje", r"zapisz się (?:na|do)",
    r"подпи(?:шитесь|сывайтесь) на", r"підпи(?:шіться|суйтесь) на", r"odebírejte",
    r"iratkozz fel", r"abonează-te", r"(?:download|get) (?:the|our) (?:free )?app\b",
    r"download (?:de|onze) (?:gratis )?app\b",
    r"(?:share|deel|delen|teilen|partager|compartir|condividi|compartilhar|partilhar|dela|del"
    r"|jaa|udostępnij|поделиться|поділитися)\W*(?:(?:this|dit|diesen|cet|este|questo|o|na|on|op"
    r"|via|facebook|twitter|x|whatsapp|linkedin|e-?mail|article|artikel|artículo|articolo|artigo"
    r"|link)\W*)*$",
    r"\d+ ?min(?:ute[ns]?|uten|uti|uter|utter|utos|\.)?"
    r" (?:read|leestijd|lesezeit|de lecture|de lectura|di lettura|de leitura|läsning|læsetid"
    r"|lesetid|czytania)\W*$",
    # the apps, channels and alerts of a paper, and its own faults
    r"(?:abonnier|folg|join|follow|volg|suive|únete|sígue|sigue|seguici|iscriviti|siga|följ|følg)\w*\b"
    r".{0,80}\b(?:whatsapp|telegram|google news|apple news|flipboard)\b",
    r"click here (?:to (?:get|download|sign up|subscribe|join))", r"fehler (?:gefunden|entdeckt)\?",
    r"(?:fout|tikfout|taalfout) (?:gezien|gevonden|ontdekt)\?", r"spotted an error\?",
    r"order reprints?\W*$", r"print (?:this )?article\W*$", r"(?:teilen mit|bewerten|share this)\W*$",
    r"(?:wird geladen|loading|laden|chargement|cargando)\W*$",
    r"(?:tags|temas|temi|thèmes|themen|topics|onderwerpen|ämnen|emner|tematy|etiquetas)\W*$",
    # what a picture's maker is named with, where the picture itself was no figure
    r"(?:photo|image|picture|foto|bild|beeld|credit|crédit(?: photo)?|imagen|immagine|fotografía"
    r"|zdjęcie|fot\.)s? ?(?:: ?|© ?|/ ?|via )(?:\S+ ?){1,7}$",
    r"(?:leestijd|lesezeit|lesedauer|reading time|temps de lecture|tiempo de lectura"
    r"|tempo di lettura|tempo de leitura|lästid|læsetid|lesetid|czas czytania)\b.{0,20}$",
)  # fmt: skip
_OPENING = re.compile(r"\W*(?:" + "|".join(_OPENINGS) + ")", re.IGNORECASE)

# What only a line about the site holds, wherever it stands in it. Small letters.
_ANYWHERE = (
    "©", "(c) 20", "all rights reserved", "alle rechten voorbehouden", "alle rechte vorbehalten",
    "tous droits réservés", "todos los derechos reservados", "tutti i diritti riservati",
    "todos os direitos reservados", "wszelkie prawa zastrzeżone", "eftertryck förbjudet",
    "scroll to continue", "scroll down to continue", "sign up for our", "subscribe to our",
    "our newsletter", "our free newsletter", "our daily newsletter", "our weekly newsletter",
    "schrijf je in voor", "schrijf je hier in voor", "schrijf u in voor", "meld je aan voor",
    "meld je hier aan voor", "meld u aan voor", "newsletter abonnieren", "newsletter bestellen",
    "abonnez-vous", "notre newsletter", "suscríbete a", "suscríbase a", "nuestro boletín",
    "nuestra newsletter", "únete a nuestro canal", "únete a nuestro grupo", "follow us on",
    "like us on", "find us on", "join us on", "volg ons op", "volg ons via", "folgen sie uns",
    "suivez-nous", "síguenos en", "seguici su", "siga-nos", "följ oss på", "følg os på",
    "følg oss på", "obserwuj nas", "please enable javascript", "enable javascript to view",
    "enable javascript to run", "enable javascript to see", "add us as a preferred source",
    "may earn a commission", "may receive a commission", "may get a share of the sale",
    "affiliate links", "affiliate-links", "affiliatelinks", "personal, non-commercial use only",
    "to enter your display name", "public display name before commenting",
)  # fmt: skip

# What stands for an embedded post until a reader allows it. Longer than other lines about the site.
_EMBED_CONSENT = (
    "der externe inhalt angezeigt", "externe inhalte angezeigt", "externen inhalt, der den artikel",
    "externer inhalt, der den artikel", "inhalte von drittanbietern", "empfohlener redaktioneller inhalt",
    "empfohlener externer inhalt", "ein klick für den datenschutz", "daten an drittplattformen übermittelt",
    "hosted by a third party", "this content is not available due to your privacy",
    "allow cookies to view", "accept cookies to view", "consent to load this",
    "deze inhoud te bekijken", "deze inhoud te tonen", "deze content te bekijken",
    "embedded content te tonen", "ce contenu a été bloqué", "ce contenu est bloqué",
    "contenu n'est pas disponible en raison de vos", "para ver este contenido", "este contenido está bloqueado",
    "visualizzare questo contenuto", "questo contenuto è bloccato", "ver este conteúdo, aceite",
    "för att se det här innehållet", "for at se dette indhold", "for å se dette innholdet",
    "aby zobaczyć tę treść",
)  # fmt: skip

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
# One of these is in whatever the two expressions match.
_OFFER_STEMS = (
    "abonn", "verder lezen", "to continue", "to keep", "to unlock", "to read", "subscriber",
    "weiterlesen", "il vous reste", "la suite", "suscriptor", "exclusivo para", "abbonat",
    "assinante", "prenumer", "subskrybent", "tilaajille",
)  # fmt: skip

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
    # adverts
    "ads", "adsbygoogle", "adverts?", "advertisements?", "advertorial", "advertenties?", "advertentieblok",
    "werbung", "anzeigen?", "publicite", "publicidad", "pubblicita", "publicidade", "reklama?", "reklame",
    "(?:google|dfp|gpt|native|inline|inread)-?ads?",
    "ads?[-_]?(?:slot|unit|container|wrapper|banner|block|break|box|label|placeholder|placement)",
    "(?:adverti[sz]e(?:ment)?|advertentie)-?(?:slot|block|container|wrapper|label|placeholder)",
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
    if _OPENING.match(words):
        return True
    folded = words.casefold()
    return any(phrase in folded for phrase in _ANYWHERE) or is_offer(words)


def asks_for_an_embed(words: str) -> bool:
    """Tell the words that stand for an embedded post until a reader allows it to be loaded."""
    folded = words.casefold()
    return any(phrase in folded for phrase in _EMBED_CONSENT)


def may_offer(text: str) -> bool:
    """Tell at a glance whether an offer may be in `text`, however long; the expressions take long."""
    folded = text.casefold()
    return any(stem in folded for stem in _OFFER_STEMS)


def is_offer(words: str) -> bool:
    """Tell a line that offers the rest of an article for money or an account."""
    if not may_offer(words):
        return False
    if OFFER.search(words):
        return True
    return len(words.split()) <= SHORT_OFFER_WORDS and bool(SHORT_OFFER.search(words))
