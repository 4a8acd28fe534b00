"""What header lines say, in eleven languages, as data (RECORD, Header line).

`#` stands for a number. A phrase without one is read on either side of it: "leestijd 3 minuten" and
"3 min. leestijd", "views: 96" and "96 views". The words for days and spans ("vandaag", "il y a 3
heures") are not here but in `ingest.dates`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from archive.model.stated import CounterKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's words. `by` opens a byline; `joins` stand between two names of it."""

    minutes: tuple[str, ...]
    reading: tuple[str, ...]
    counters: Mapping[CounterKind, tuple[str, ...]]
    by: tuple[str, ...]
    joins: tuple[str, ...]
    buttons: tuple[str, ...]
    published: tuple[str, ...]
    updated: tuple[str, ...]
    topics: tuple[str, ...]


_VIEWS, _COMMENTS, _SHARES, _LIKES, _BOOKMARKS = (
    CounterKind.VIEWS, CounterKind.COMMENTS, CounterKind.SHARES, CounterKind.LIKES,
    CounterKind.BOOKMARKS,
)  # fmt: skip

LANGUAGES: Mapping[str, Phrases] = {
    "nl": Phrases(
        minutes=("minuten", "minuut", "min"),
        reading=("leestijd", "lezen", "leesduur"),
        counters={
            _VIEWS: (
                "# keer bekeken", "# keer gelezen", "# x gelezen", "# x bekeken", "weergaven",
                "lezers", "bekeken", "gelezen",
            ),
            _COMMENTS: ("reacties", "reactie"),
            _SHARES: ("keer gedeeld", "x gedeeld", "gedeeld"),
            _LIKES: ("vind-ik-leuks", "likes"),
            _BOOKMARKS: ("keer bewaard", "bewaard"),
        },
        by=("door", "van", "tekst", "geschreven door", "geplaatst door", "auteur"),
        joins=("en",),
        buttons=(
            "bewaren", "bewaar", "delen", "deel", "reageer", "reageren", "opslaan", "print",
            "printen", "afdrukken", "luister", "luisteren", "volg", "volgen", "beluister",
            "kopieer link", "abonneren", "inloggen", "geen reacties", "plaats een reactie",
        ),
        published=(
            "gepubliceerd op", "gepubliceerd", "geplaatst op", "geplaatst", "publicatiedatum",
            "datum",
        ),
        updated=(
            "laatst bijgewerkt op", "laatst bijgewerkt", "bijgewerkt op", "bijgewerkt",
            "laatste update", "gewijzigd op", "gewijzigd", "aangepast op", "aangepast",
        ),
        topics=("meer over", "onderwerpen", "trefwoorden", "tags"),
    ),
    "en": Phrases(
        minutes=("minutes", "minute", "mins", "min"),
        reading=("read", "reading time", "read time", "reading", "to read"),
        counters={
            _VIEWS: ("viewed # times", "read # times", "views", "reads", "view", "page views"),
            _COMMENTS: ("comments", "comment", "replies"),
            _SHARES: ("shared # times", "shares", "share"),
            _LIKES: ("likes", "like", "claps"),
            _BOOKMARKS: ("saves", "bookmarks"),
        },
        by=("by", "words by", "written by", "story by", "posted by", "published by", "author"),
        joins=("and",),
        buttons=(
            "save", "share", "print", "listen", "follow", "comment", "bookmark", "copy link",
            "email", "e-mail", "facebook", "twitter", "x", "whatsapp", "linkedin", "reddit",
            "pinterest", "telegram", "bluesky", "threads", "pocket", "flipboard", "subscribe",
            "log in", "sign in", "gift this article", "share this article",
            "listen to this article", "leave a comment", "no comments", "add a comment",
            "leave a reply", "add comment", "one comment",
        ),
        published=(
            "published on", "published", "posted on", "posted", "first published", "date",
            "publish date",
        ),
        updated=(
            "last updated on", "last updated", "updated on", "updated", "last modified",
            "modified",
        ),
        topics=("topics", "more on", "tags", "filed under", "tagged"),
    ),
    "de": Phrases(
        minutes=("minuten", "minute", "min"),
        reading=("lesezeit", "lesedauer", "lesen"),
        counters={
            _VIEWS: ("# mal gelesen", "# mal aufgerufen", "aufrufe", "klicks", "leser"),
            _COMMENTS: ("kommentare", "kommentar"),
            _SHARES: ("# mal geteilt", "geteilt"),
            _LIKES: ("gefällt mir", "likes"),
            _BOOKMARKS: ("merkungen", "# mal gemerkt"),
        },
        by=(
            "von", "ein beitrag von", "ein artikel von", "artikel von", "veröffentlicht von", "autor",
            "autorin", "text",
        ),
        joins=("und",),
        buttons=(
            "merken", "teilen", "drucken", "anhören", "vorlesen", "folgen", "kommentieren",
            "speichern", "artikel merken", "artikel teilen", "link kopieren", "anmelden",
            "ein kommentar", "keine kommentare", "noch keine kommentare", "noch keine",
            "kommentar hinterlassen", "schreibe einen kommentar",
        ),
        published=(
            "veröffentlicht am", "veröffentlicht", "erstellt am", "erstellt", "erschienen am",
            "stand", "vom",
        ),
        updated=(
            "zuletzt aktualisiert am", "zuletzt aktualisiert", "aktualisiert am", "aktualisiert",
            "letzte aktualisierung", "geändert am",
        ),
        topics=("mehr zum thema", "themen", "schlagwörter", "mehr zu"),
    ),
    "fr": Phrases(
        minutes=("minutes", "minute", "mn", "min"),
        reading=("temps de lecture", "lecture", "de lecture"),
        counters={
            _VIEWS: ("lu # fois", "vu # fois", "vues", "lectures", "consultations", "vue"),
            _COMMENTS: ("commentaires", "commentaire", "réactions"),
            _SHARES: ("partagé # fois", "partages", "partage"),
            _LIKES: ("j'aime", "mentions j'aime"),
            _BOOKMARKS: ("enregistrements",),
        },
        by=("par", "propos recueillis par", "publié par", "écrit par", "auteur", "texte"),
        joins=("et",),
        buttons=(
            "enregistrer", "partager", "imprimer", "écouter", "suivre", "commenter",
            "sauvegarder", "copier le lien", "ajouter à vos favoris", "s'abonner",
            "offrir cet article", "réagir", "laisser un commentaire", "aucun commentaire",
        ),
        published=("publié le", "publié", "publiée le", "mis en ligne le", "paru le", "le"),
        updated=(
            "mis à jour le", "mis à jour", "mise à jour le", "mise à jour", "modifié le",
            "modifié", "actualisé le",
        ),
        topics=("sur le même sujet", "thèmes", "mots-clés", "plus sur"),
    ),
    "es": Phrases(
        minutes=("minutos", "minuto", "min"),
        reading=("tiempo de lectura", "lectura", "de lectura"),
        counters={
            _VIEWS: (
                "visto # veces", "leído # veces", "visitas", "lecturas", "vistas",
                "visualizaciones",
            ),
            _COMMENTS: ("comentarios", "comentario"),
            _SHARES: ("compartido # veces", "compartidos", "veces compartido"),
            _LIKES: ("me gusta",),
            _BOOKMARKS: ("guardados",),
        },
        by=("por", "texto", "escrito por", "publicado por", "autor", "autora"),
        joins=("y", "e"),
        buttons=(
            "guardar", "compartir", "imprimir", "escuchar", "seguir", "comentar", "copiar enlace",
            "suscríbete", "iniciar sesión", "deja un comentario", "sin comentarios",
        ),
        published=("publicado el", "publicado", "publicada el", "fecha"),
        updated=(
            "última actualización", "actualizado el", "actualizado", "actualizada el",
            "modificado el",
        ),
        topics=("más sobre", "temas", "etiquetas", "archivado en"),
    ),
    "it": Phrases(
        minutes=("minuti", "minuto", "min"),
        reading=("tempo di lettura", "lettura", "di lettura"),
        counters={
            _VIEWS: ("letto # volte", "visto # volte", "visualizzazioni", "letture", "visite"),
            _COMMENTS: ("commenti", "commento"),
            _SHARES: ("condiviso # volte", "condivisioni"),
            _LIKES: ("mi piace",),
            _BOOKMARKS: ("salvataggi",),
        },
        by=("di", "a cura di", "scritto da", "pubblicato da", "autore"),
        joins=("e",),
        buttons=(
            "salva", "condividi", "stampa", "ascolta", "segui", "commenta", "copia link",
            "abbonati", "accedi", "lascia un commento", "nessun commento",
        ),
        published=("pubblicato il", "pubblicato", "pubblicata il", "data"),
        updated=(
            "ultimo aggiornamento", "aggiornato il", "aggiornato", "aggiornata il",
            "modificato il",
        ),
        topics=("argomenti", "temi", "altri su"),
    ),
    "pt": Phrases(
        minutes=("minutos", "minuto", "min"),
        reading=("tempo de leitura", "leitura", "de leitura"),
        counters={
            _VIEWS: (
                "visto # vezes", "lido # vezes", "visualizações", "leituras", "acessos",
                "visitas",
            ),
            _COMMENTS: ("comentários", "comentário"),
            _SHARES: ("compartilhado # vezes", "partilhas", "compartilhamentos"),
            _LIKES: ("curtidas", "gostos"),
            _BOOKMARKS: ("guardados",),
        },
        by=("por", "texto", "escrito por", "publicado por", "autor", "autora"),
        joins=("e",),
        buttons=(
            "partilhar", "compartilhar", "guardar", "salvar", "imprimir", "ouvir", "seguir",
            "comentar", "copiar link", "assine", "entrar", "deixe um comentário",
            "sem comentários",
        ),
        published=("publicado em", "publicado a", "publicado", "publicada em", "data"),
        updated=(
            "última atualização", "atualizado em", "atualizado a", "atualizado", "atualizada em",
            "modificado em",
        ),
        topics=("mais sobre", "temas", "assuntos", "tópicos", "tags"),
    ),
    "sv": Phrases(
        minutes=("minuter", "minut", "min"),
        reading=("lästid", "läsning", "lästid ca", "att läsa"),
        counters={
            _VIEWS: ("visningar", "läsningar", "läst # gånger", "visad # gånger"),
            _COMMENTS: ("kommentarer", "kommentar"),
            _SHARES: ("delningar", "delad # gånger"),
            _LIKES: ("gillar", "gilla-markeringar"),
            _BOOKMARKS: ("sparningar",),
        },
        by=("av", "text", "text av"),
        joins=("och",),
        buttons=(
            "spara", "dela", "skriv ut", "lyssna", "följ", "kommentera", "kopiera länk",
            "logga in", "prenumerera", "inga kommentarer", "lämna en kommentar",
        ),
        published=("publicerad den", "publicerad", "publicerat", "publicerades"),
        updated=("senast uppdaterad", "uppdaterad den", "uppdaterad", "uppdaterat", "ändrad"),
        topics=("mer om", "ämnen", "taggar"),
    ),
    "da": Phrases(
        minutes=("minutter", "minut", "min"),
        reading=("læsetid", "at læse", "læsning"),
        counters={
            _VIEWS: ("vist # gange", "læst # gange", "visninger", "læsninger"),
            _COMMENTS: ("kommentarer", "kommentar"),
            _SHARES: ("delinger", "delt # gange"),
            _LIKES: ("synes godt om",),
            _BOOKMARKS: ("gemt # gange",),
        },
        by=("af", "tekst", "skrevet af"),
        joins=("og",),
        buttons=(
            "gem", "del", "print", "udskriv", "lyt", "følg", "kommenter", "kopier link",
            "log ind", "abonnér", "ingen kommentarer",
        ),
        published=(
            "publiceret den", "publiceret d", "publiceret", "udgivet den", "udgivet",
            "offentliggjort",
        ),
        updated=(
            "sidst opdateret", "senest opdateret", "opdateret den", "opdateret d", "opdateret",
            "ændret",
        ),
        topics=("mere om", "emner", "tags"),
    ),
    "no": Phrases(
        minutes=("minutter", "minutt", "min"),
        reading=("lesetid", "å lese", "lesing"),
        counters={
            _VIEWS: ("vist # ganger", "lest # ganger", "visninger", "lesninger"),
            _COMMENTS: ("kommentarer", "kommentar"),
            _SHARES: ("delinger", "delt # ganger"),
            _LIKES: ("liker",),
            _BOOKMARKS: ("lagret # ganger",),
        },
        by=("av", "tekst", "skrevet av"),
        joins=("og",),
        buttons=(
            "lagre", "del", "skriv ut", "lytt", "følg", "kommenter", "kopier lenke", "logg inn",
            "abonner", "ingen kommentarer",
        ),
        published=("publisert den", "publisert", "lagt ut"),
        updated=("sist oppdatert", "oppdatert den", "oppdatert", "endret"),
        topics=("mer om", "emner", "les mer om"),
    ),
    "pl": Phrases(
        minutes=("minuty", "minut", "minuta", "min"),
        reading=("czas czytania", "czytania", "czytanie"),
        counters={
            _VIEWS: (
                "przeczytano # razy", "wyświetlono # razy", "wyświetleń", "wyświetlenia",
                "odsłon", "odsłony",
            ),
            _COMMENTS: ("komentarzy", "komentarze", "komentarz"),
            _SHARES: ("udostępniono # razy", "udostępnień"),
            _LIKES: ("polubień", "polubienia"),
            _BOOKMARKS: ("zapisów",),
        },
        by=("autor", "autorka", "oprac.", "opracowanie", "opracował", "opracowała", "tekst"),
        joins=("i", "oraz"),
        buttons=(
            "zapisz", "udostępnij", "drukuj", "posłuchaj", "obserwuj", "komentuj", "skomentuj",
            "kopiuj link", "zaloguj się", "brak komentarzy", "dodaj komentarz",
        ),
        published=("data publikacji", "opublikowano", "dodano", "publikacja", "utworzono"),
        updated=(
            "ostatnia aktualizacja", "data aktualizacji", "zaktualizowano", "aktualizacja",
            "modyfikacja",
        ),
        topics=("więcej o", "tematy", "tagi"),
    ),
}  # fmt: skip

_ALIASES = {"nb": "no", "nn": "no"}


def language_key(language: str | None) -> str | None:
    """Return the primary subtag in lower case ("nb" and "nn" as "no"), None for none."""
    primary = (language or "").replace("_", "-").split("-")[0].strip().lower()
    return _ALIASES.get(primary, primary) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words to read one page's header line with, ready for looking up; all in small letters."""

    by: tuple[str, ...]  # longest first
    joins: frozenset[str]
    date_leads: tuple[tuple[str, bool], ...]  # (words, they mean an update), longest first
    buttons: frozenset[str]

    def parted(self, text: str) -> str:
        """Return `text` with a separator before what follows a comma: "Par Ann Bo, publié le"."""
        return _comma_leads(self.date_leads).sub(" | ", text) if "," in text else text

    @property
    def leads(self) -> frozenset[str]:
        """Words that belong to what follows them."""
        return frozenset(self.by) | {words for words, _ in self.date_leads}


@cache
def _comma_leads(leads: tuple[tuple[str, bool], ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(words) for words, _ in leads if len(words) > 3)
    return re.compile(rf",\s+(?=(?:{words})(?!\w))", re.IGNORECASE)


def lexicon(language: str | None) -> Lexicon:
    """Return the words for a page of `language`: its own and English; all where it is not known here."""
    key = language_key(language)
    return _lexicon(key if key in LANGUAGES else None)


@cache
def _lexicon(key: str | None) -> Lexicon:
    spoken = [LANGUAGES[k] for k in dict.fromkeys((key, "en"))] if key else LANGUAGES.values()
    leads = [(w, False) for p in spoken for w in p.published]
    leads += [(w, True) for p in spoken for w in p.updated]
    return Lexicon(
        by=tuple(sorted({w for p in spoken for w in p.by}, key=len, reverse=True)),
        joins=frozenset(w for p in spoken for w in p.joins) | {"&"},
        date_leads=tuple(sorted(leads, key=lambda lead: -len(lead[0]))),
        buttons=frozenset(w for p in LANGUAGES.values() for w in p.buttons),
    )
