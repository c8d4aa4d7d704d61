"""An encoder's fingerprint -> the recipe that documents are indexed by: a code version and an encoder.

Documents that were indexed by another recipe are indexed again.
"""

from __future__ import annotations

RECIPE = "3"  # raised when parsing or splitting change, so that every document is indexed again
_UNFINISHED = "unfinished "


def recipe(fingerprint: str) -> str:
    """The recipe of this version with the encoder that has this fingerprint."""
    return f"{RECIPE} {fingerprint}"


def unfinished_recipe(recipe: str) -> str:
    """The mark of an index that holds vectors of two encoders for the moment, so that it is not searched."""
    return _UNFINISHED + recipe


def uses_encoder(recipe: str, fingerprint: str) -> bool:
    """True if a recipe, of any version, uses the encoder with this fingerprint."""
    return recipe.endswith(fingerprint)
