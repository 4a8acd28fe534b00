"""The lines and blocks that surround an article, as data: how they open, how they are named.

Used by `ingest.page.text` alone. A phrase belongs here if it opens a line that is about the site
and not about the news, in any article of any site; not because one site has it. Phrases are in
lower case without accents folded: pages write accents in furniture as in text.
"""

import re
from functools import lru_cache

# Openings of a line that leads to other articles. Compared with the start of a block under 25 words.
RELATED = (
    # nl, en, de
    "lees ook", "lees meer", "lees verder", "lees alles over", "bekijk ook", "kijk ook", "luister ook",
    "meer over", "meer nieuws", "meer lezen", "zie ook", "ook interessant", "gerelateerd",
    "read more", "read also", "also read", "read next", "read:", "see also", "related:", "related stories",
    "related articles", "related news", "related topics", "more on this", "more from", "more stories",
    "more:", "you may also like", "you might also like", "recommended", "most read", "watch:", "listen:",
    "don't miss", "up next", "trending", "further reading", "editor's picks", "in case you missed it",
    "mehr zum thema", "mehr dazu", "lesen sie auch", "lesen sie mehr", "lesen sie hier", "lies auch",
    "auch interessant", "das könnte sie auch interessieren", "das könnte dich auch interessieren",
    "weitere artikel", "weitere informationen zu", "mehr von", "mehr über", "zum thema", "siehe auch",
    "weiterlesen",
    # fr, es, it, pt
    "lire aussi", "à lire aussi", "a lire aussi", "lire également", "à lire également", "lire la suite",
    "à lire", "voir aussi", "sur le même sujet", "à voir aussi", "pour aller plus loin", "lisez aussi",
    "te puede interesar", "le puede interesar", "puede interesarte", "también te puede interesar",
    "lee también", "lea también", "leer también", "lee además", "lea además", "leer más", "lea más",
    "ver también", "más información", "más sobre", "noticias relacionadas", "te recomendamos",
    "leggi anche", "leggi pure", "potrebbe interessarti", "ti potrebbe interessare", "leggi tutto",
    "per approfondire", "vedi anche", "articoli correlati", "guarda anche",
    "leia também", "leia mais", "veja também", "saiba mais", "ler mais", "veja mais", "mais sobre",
    "notícias relacionadas", "confira também", "assista também",
    # sv, da, no, fi, is
    "läs också", "läs även", "läs mer", "läs vidare", "se även", "mer om", "relaterat",
    "læs også", "læs mere", "læs her", "se også", "mere om", "les også", "les mer", "les saken",
    "lue myös", "lue lisää", "katso myös", "lesa meira",
    # pl, cs, sk, hu, ro, el, tr
    "czytaj także", "czytaj też", "czytaj również", "czytaj więcej", "przeczytaj także", "przeczytaj też",
    "przeczytaj również", "zobacz też", "zobacz także", "zobacz również", "zobacz więcej",
    "čtěte také", "čtěte i", "čtěte více", "přečtěte si", "mohlo by vás zajímat", "viz také",
    "čítajte aj", "prečítajte si", "súvisiace články", "olvasd el", "olvassa el", "kapcsolódó cikk",
    "citește și", "citeşte şi", "citiți și", "vezi și", "διαβάστε επίσης", "διαβάστε ακόμη",
    "διαβάστε περισσότερα", "δείτε επίσης", "ilgili haber", "bunu da oku", "ayrıca okuyun",
    # ru, uk, bg, hr/sr, sl
    "читайте также", "читать также", "читайте по теме", "смотрите также", "по теме",
    "читайте також", "дивіться також", "прочетете още", "вижте още", "още по темата",
    "pročitajte još", "pročitajte i", "pročitaj još", "povezano", "preberite tudi", "preberite še",
    # he, ar, fa, hi, id, ja, zh, ko
    "קראו גם", "קרא עוד", "اقرأ أيضا", "اقرأ أيضاً", "إقرأ أيضا", "بیشتر بخوانید", "यह भी पढ़ें", "ये भी पढ़ें",
    "baca juga", "simak juga", "関連記事", "あわせて読みたい", "こちらもおすすめ", "相关阅读", "相關新聞", "延伸閱讀",
    "推荐阅读", "관련기사", "관련 기사",
)  # fmt: skip

# A line under 40 words that holds one of these is about the site: rights, advertising, subscribing,
# sharing, reading time. Word borders as written; "©" needs none.
_ABOUT_THE_SITE = (
    r"©", r"\(c\) ?\d{4}", r"all rights reserved", r"alle rechten voorbehouden", r"alle rechte vorbehalten",
    r"tous droits réservés", r"todos los derechos reservados", r"tutti i diritti riservati",
    r"todos os direitos reservados", r"wszelkie prawa zastrzeżone", r"eftertryck förbjudet",
    r"^(?:advertisement|advertentie|anzeige|werbung|publicité|publicidad|pubblicità|publicidade|"
    r"annons|annonce|annonse|reklama|реклама|広告|광고|广告)(?: *[:·|-].*)?$",
    r"article continues (?:below|after)", r"story continues below", r"(?:tekst|artikel|"
    r"verhaal) (?:gaat|loopt) (?:verder|door) (?:onder|na)",
    r"lees verder na de advertentie", r"der artikel wird nach der anzeige", r"scroll (?:to|"
    r"down to) continue",
    r"(?:sign up|signup|subscribe|register) (?:for|to|now|here|"
    r"today)", r"subscribe\W*$", r"our (?:free |daily |weekly )*newsletter",
    r"(?:schrijf je|meld je|schrijf u|meld u) (?:hier |nu |gratis )*(?:in|"
    r"aan) voor", r"nieuwsbrief", r"(?:neem|word) (?:nu |een )*abonn",
    r"newsletter (?:an|abonnieren|"
    r"bestellen)", r"abonnieren sie", r"jetzt abonnieren", r"zum newsletter",
    r"abonnez-vous", r"inscrivez-vous", r"s'abonner", r"notre newsletter", r"recevez (?:chaque|"
    r"tous|toute)",
    r"suscríbete", r"suscríbase", r"nuestr[oa] (?:boletín|"
    r"newsletter)", r"únete a nuestro (?:canal|grupo)",
    r"iscriviti (?:alla|al|ora)", r"abbonati (?:a|ora|subito)", r"assine (?:a|o|já|agora|"
    r"nossa)", r"inscreva-se",
    r"prenumerera på", r"skriv upp dig", r"tilmeld dig", r"meld deg på", r"tilaa uutiskirje", r"zapisz się (?:na|"
    r"do)",
    r"подпи(?:шитесь|сывайтесь) на", r"підпи(?:шіться|"
    r"суйтесь) на", r"odebírejte", r"iratkozz fel", r"abonează-te",
    r"(?:follow|like|find|join) us on", r"volg ons (?:op|"
    r"via)", r"folgen sie uns", r"suivez-nous", r"síguenos en", r"seguici su",
    r"siga-nos", r"siga o ", r"följ oss på", r"følg os på", r"følg oss på", r"obserwuj nas",
    r"^(?:share|deel|delen|teilen|partager|compartir|condividi|compartilhar|partilhar|dela|del|"
    r"jaa|udostępnij|поделиться|поділитися)\W*(?:(?:this|dit|diesen|cet|este|questo|o|na|on|op|"
    r"via|facebook|twitter|x|whatsapp|linkedin|e-?mail|article|artikel|artículo|articolo|artigo|"
    r"link)\W*)*$",
    r"(?:click|klik|klicken) (?:here|hier|sie hier) (?:to|om|zu) (?:subscribe|share|abonneren|"
    r"delen)",
    r"^\W*(?:\d+ ?min(?:ute[ns]?|uten|uti|uter|utter|utos|\.)? (?:read|leestijd|lesezeit|"
    r"de lecture|de lectura|di lettura|de leitura|läsning|læsetid|lesetid|czytania)|(?:leestijd|"
    r"lesezeit|lesedauer|reading time|temps de lecture|tiempo de lectura|tempo di lettura|"
    r"tempo de leitura|lästid|læsetid|lesetid|czas czytania)\b.{0,20})\W*$",
    r"(?:enable|turn on) javascript", r"(?:download|get) (?:the|"
    r"our) (?:free )?app\b", r"download (?:de|onze) (?:gratis )?app\b",
)  # fmt: skip
ABOUT_THE_SITE = re.compile("|".join(_ABOUT_THE_SITE), re.IGNORECASE)

# What an offer to pay says. Such a line is a wall's, and never part of a text.
OFFER = re.compile(
    r"alleen voor abonnees|exclusief voor abonnees|verder lezen\s*\?|al abonnee|"
    r"(?:subscribe|sign in|log in|register) to (?:continue|read|keep reading|unlock)|"
    r"already a subscriber|"
    r"(?:article|content|story) is (?:only |exclusively )?(?:available )?(?:for|to) subscribers|"
    r"for subscribers only|subscriber[- ]only|"
    r"jetzt weiterlesen|weiterlesen mit|nur für abonnenten|für abonnenten|bereits abonnent|"
    r"réservée?s? (?:aux|à nos) abonnés|déjà abonné|il vous reste .{0,12}% de cet article|"
    r"la suite est réservée|"
    r"(?:solo|exclusivo|contenido exclusivo) para (?:los )?suscriptores|ya eres suscriptor|"
    r"(?:riservato|solo) (?:agli|per gli) abbonati|sei già abbonato|"
    r"(?:exclusivo|conteúdo exclusivo) para assinantes|já é assinante|"
    r"(?:endast|bara) för prenumeranter|redan prenumerant|läs vidare med|"
    r"kun for abonnenter|kun for abonnementer|er du allerede abonnent|"
    r"tylko dla prenumeratorów|tylko dla subskrybentów|dostęp dla prenumeratorów|vain tilaajille",
    re.IGNORECASE,
)

# Names in class or id of blocks that are never part of an article. Whole words between - _ and space.
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
BLOCK_NAME = re.compile(
    r"(?:^|[\s_])(?:[a-z]{1,12}[-_]{1,2})?(?:" + "|".join(_BLOCKS) + r")(?=$|[\s_])", re.IGNORECASE
)
OFFER_NAME = re.compile(
    r"(?:^|[\s_-])(?:paywall|pay-?wall|premium-?wall|metered|subscription-?(?:wall|offer|"
    r"required)|regwall|abo-?wall|piano)(?:$|[\s_-])",
    re.IGNORECASE,
)
COMMENTS_HEADING = re.compile(
    r"^(?:\d+\s+)?(?:reacties?|comments?|kommentare?|commentaires?|comentarios?|commenti|"
    r"comentários?|kommentarer|komentarze|комментарии|коментарі|reageer|leave a (?:reply|"
    r"comment)|plaats (?:een )?reactie|schreib(?:e|en sie)? einen kommentar|"
    r"laisser un commentaire|deja (?:un comentario|una respuesta)|lascia un commento|"
    r"deixe um comentário)\W*\(?\d*\)?\W*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # a site's blocks repeat their names: the second look is free
def kind_of_block(names: str) -> str | None:
    """Return "never" for class and id names of blocks that are no text, "offer" for those that sell it."""
    if BLOCK_NAME.search(names):
        return "never"
    return "offer" if OFFER_NAME.search(names) else None
