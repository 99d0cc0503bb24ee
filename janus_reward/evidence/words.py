"""Words that carry content, cut to crude stems that are the same on both sides of a comparison."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{3,40}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_STOP = frozenset(
    re.findall(
        r"\w+",
        """
        change changed changing replace replaced update updated modify modified switch convert adjust turn edit
        repair fix keep
        about above accurately across add after again against all along also and any app application are based
        been before being below between both but can chart charts code completely containing contains copy could
        create creates creating css data design did different directly display displayed displays does down draw
        drawing draws during each element elements ensure etc exactly example executable few figure file follow
        following for from generate generating give given graph graphs had has have her here his how html icon
        image implement include includes including into its just let like made make makes may mirror mirrors
        more most must need needed needs nor not note off one only onto other our out output over own page per
        picture please plot plots provide provided python reference represent represents same script set shall
        should show showing shown shows simple single some style such svg than that the their them there these
        they this those three through too two under until use used user users using various very via visualise
        visualization visualize want was web well were what when where which while who whom whose why will with
        would write writing yet you your
        """,
    )
)


def content_stems(text: str) -> set[str]:
    """Stems of the words of a text that are no stop words; Chinese, Japanese or Korean counts as pairs of signs."""
    stems = {
        stem(word) for word in (match.lower() for match in _WORD.findall(_CJK.sub(" ", text))) if word not in _STOP
    }
    return stems | sign_pairs(text)


def sign_pairs(text: str) -> set[str]:
    """Pairs of neighbouring signs in runs of Chinese, Japanese or Korean, which have no blanks between words."""
    return {run[i : i + 2] for run in _CJK.findall(text) for i in range(len(run) - 1)}


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its commonest English endings; crude, and the same on both sides of a comparison."""
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("ly", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + rest
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word
