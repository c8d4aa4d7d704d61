"""What documents were indexed by: a version of reading and splitting, and an encoder.

With any other recipe they are made anew.
"""

from __future__ import annotations

RECIPE = "2"  # raised when reading or splitting change, so that every document is made anew
_UNFINISHED = "unfinished "


def recipe(fingerprint: str) -> str:
    """The recipe of this version with the encoder of a fingerprint."""
    return f"{RECIPE} {fingerprint}"


def unfinished(recipe: str) -> str:
    """What an index is marked with while vectors of two encoders lie side by side: nobody may search it."""
    return _UNFINISHED + recipe


def has_encoder(recipe: str, fingerprint: str) -> bool:
    """Whether a recipe is of the encoder with that fingerprint, whatever its version."""
    return recipe.endswith(fingerprint)
