"""Names for companies and people, put together from parts. None is meant to be real."""

import numpy as np
import pyarrow.compute as pc

from localorg.book.columns import Column, Ints, digits, join, pick


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_STEM_HEADS = _words(
    """Alver Brand Corv Dravel Elst Fenn Garrow Hallen Istern Jorv Keld Lorn Mard Norvel Oster Pell Quern Rusk Selv Torv
    Ulver Varn Wester Yarrow Zelv Ashel Birken Calder Dunmar Evers Farrow Grend Holver Ilmar Kirren Lunden Merrow Nessel
    Orren Sander"""
)
_STEM_TAILS = _words(
    """ane bridge combe dale eth field gard holm ia ing key land mark mere ova port quay rand stead thorpe ur vale wick
    worth yard mont strand lux haven crest"""
)
_SECTOR_WORDS = (
    ("Bank", "Capital", "Trust", "Savings"),
    ("Insurance", "Assurance", "Mutual", "Life"),
    ("Health", "Hospitals", "Clinics", "Care"),
    ("Industries", "Motors", "Works", "Systems"),
    ("Stores", "Retail", "Markets", "Brands"),
    ("Energy", "Petroleum", "Renewables", "Power"),
    ("Utilities", "Water", "Grid", "Gas"),
    ("Telecom", "Wireless", "Networks", "Fibre"),
    ("Software", "Digital", "Semiconductor", "Data"),
    ("Logistics", "Air", "Rail", "Freight"),
    ("County", "Department of Revenue", "Port Authority", "State Services"),
    ("Media", "Studios", "Broadcasting", "Press"),
)
_ENDINGS = ("", " Group", " Holdings", " International", " Partners", " Corporation")
_REGIONS = ("", " North", " South", " East", " West", " Central", " Pacific", " Atlantic")
_FIRST = _words(
    """Alma Amir Ana Arjun Astrid Ben Bianca Carla Chen Clara Dario Diego Elena Elif Emil Farah Felix Greta Hana Hugo
    Ibrahim Ines Ivan Jaya Jonas Kaito Karin Lars Leila Lena Luca Maja Marco Mei Mira Nadia Nils Noor Olga Omar Paula
    Pavel Priya Rafael Rina Rosa Samir Sofia Sven Tara Teo Uma Vera Viktor Wanda Yara Yusuf Zoe"""
)
_LAST_HEADS = _words(
    """Abel Berg Cast Dahl Eng Falk Grim Hart Iver Jans Kolb Lind Mor Nord Ost Pem Quil Rav Stro Tang Ull Vess Wald Yil
    Zan"""
)
_LAST_TAILS = _words(
    "am beck dine elli feld gren hart ik low man nor ova quist rade sen strom ton uri vik well zik aro ett ino"
)


def company_stems(count: int, rng: np.random.Generator) -> Column:
    """The first word of each company's name; all differ up to 1,200 companies."""
    order = rng.permutation(len(_STEM_HEADS) * len(_STEM_TAILS))
    stem = order[np.arange(count) % len(order)]
    return join(pick(_STEM_HEADS, stem // len(_STEM_TAILS)), pick(_STEM_TAILS, stem % len(_STEM_TAILS)))


def company_names(stems: Column, industry: Ints) -> Column:
    """Company names of those stems and industries; all differ."""
    place = np.arange(len(stems))
    cycle = place // (len(_STEM_HEADS) * len(_STEM_TAILS))
    words = [word for sector in _SECTOR_WORDS for word in sector]
    word = pick(words, industry * 4 + (place + cycle) % 4)
    ending = pick(_ENDINGS, (place // 7 + cycle // 4) % len(_ENDINGS))
    region = pick(_REGIONS, (cycle // 24) % len(_REGIONS))
    beyond = cycle // (24 * len(_REGIONS))  # past 230,000 companies they are numbered
    number = pc.if_else(beyond > 0, join(" ", digits(beyond + 1)), "")
    return join(stems, " ", word, ending, region, number)


def people(count: int, rng: np.random.Generator) -> tuple[Column, Column]:
    """First and last names; they may repeat."""
    first = pick(_FIRST, rng.integers(0, len(_FIRST), count))
    heads, tails = rng.integers(0, len(_LAST_HEADS), count), rng.integers(0, len(_LAST_TAILS), count)
    return first, join(pick(_LAST_HEADS, heads), pick(_LAST_TAILS, tails))
