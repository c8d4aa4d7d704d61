"""Capitals that stand for their country: "Tashkent pays", but not "in Tashkent", speaks of Uzbekistan."""

from __future__ import annotations

import re
from functools import cache

from qa.language.names import mentions

_CAPITALS = """
Afghanistan: Kabul; Albania: Tirana; Algeria: Algiers; Angola: Luanda; Argentina: Buenos Aires; Armenia:
Yerevan; Australia: Canberra; Austria: Vienna; Azerbaijan: Baku; Bahrain: Manama; Bangladesh: Dhaka;
Belarus: Minsk; Belgium: Brussels; Bhutan: Thimphu; Bolivia: La Paz; Bosnia: Sarajevo; Botswana: Gaborone;
Brazil: Brasilia; Bulgaria: Sofia; Cambodia: Phnom Penh; Cameroon: Yaounde; Canada: Ottawa; Chad: N'Djamena;
Chile: Santiago; China: Beijing; Colombia: Bogota; Croatia: Zagreb; Cuba: Havana; Cyprus: Nicosia; Czechia:
Prague; Denmark: Copenhagen; Ecuador: Quito; Egypt: Cairo; Eritrea: Asmara; Estonia: Tallinn; Ethiopia:
Addis Ababa; Finland: Helsinki; France: Paris; Gabon: Libreville; Georgia: Tbilisi; Germany: Berlin; Ghana:
Accra; Greece: Athens; Guinea: Conakry; Haiti: Port-au-Prince; Honduras: Tegucigalpa; Hungary: Budapest;
Iceland: Reykjavik; India: New Delhi; India: Delhi; Indonesia: Jakarta; Iran: Tehran; Iraq: Baghdad;
Ireland: Dublin; Israel: Jerusalem; Italy: Rome; Jamaica: Kingston; Japan: Tokyo; Jordan: Amman; Kazakhstan:
Astana; Kazakhstan: Nur-Sultan; Kenya: Nairobi; Kosovo: Pristina; Kyrgyzstan: Bishkek; Laos: Vientiane;
Latvia: Riga; Lebanon: Beirut; Libya: Tripoli; Lithuania: Vilnius; Madagascar: Antananarivo; Malawi:
Lilongwe; Malaysia: Kuala Lumpur; Maldives: Male; Mali: Bamako; Malta: Valletta; Mexico: Mexico City;
Moldova: Chisinau; Mongolia: Ulaanbaatar; Montenegro: Podgorica; Morocco: Rabat; Mozambique: Maputo;
Myanmar: Naypyidaw; Namibia: Windhoek; Nepal: Kathmandu; Netherlands: The Hague; New Zealand: Wellington;
Nicaragua: Managua; Niger: Niamey; Nigeria: Abuja; North Korea: Pyongyang; North Macedonia: Skopje; Norway:
Oslo; Oman: Muscat; Pakistan: Islamabad; Paraguay: Asuncion; Peru: Lima; Philippines: Manila; Poland:
Warsaw; Portugal: Lisbon; Qatar: Doha; Romania: Bucharest; Russia: Moscow; Rwanda: Kigali; Saudi Arabia:
Riyadh; Senegal: Dakar; Serbia: Belgrade; Slovakia: Bratislava; Slovenia: Ljubljana; Somalia: Mogadishu;
South Africa: Pretoria; South Korea: Seoul; Spain: Madrid; Sri Lanka: Colombo; Sudan: Khartoum; Sweden:
Stockholm; Switzerland: Bern; Syria: Damascus; Taiwan: Taipei; Tajikistan: Dushanbe; Tanzania: Dodoma;
Thailand: Bangkok; Tunisia: Tunis; Turkey: Ankara; Turkmenistan: Ashgabat; Uganda: Kampala; Ukraine: Kyiv;
Ukraine: Kiev; United Arab Emirates: Abu Dhabi; United Kingdom: London; Britain: London; United States:
Washington; Uruguay: Montevideo; Uzbekistan: Tashkent; Venezuela: Caracas; Vietnam: Hanoi; Yemen: Sanaa;
Zambia: Lusaka; Zimbabwe: Harare
"""
_PAIRS = [tuple(pair.split(": ")) for pair in " ".join(_CAPITALS.split()).split("; ")]
# What does not stand before a capital that stands for its country.
_NO_PLACE = r"(?<!\bin )(?<!\bat )(?<!\bnear )(?<!\baround )(?<!\bfrom )(?<!\bto )"


def speaks_of(text: str, name: str) -> bool:
    """True if a text mentions a name, or the capital that stands for it if it is a country's."""
    return mentions(text, name) or any(_stands_for_country(text, capital) for capital in _capitals_of(name))


def meant(text: str, name: str) -> str:
    """What a name in a text means: the country of a capital that stands for it, otherwise the name."""
    country = next((country for country, capital in _PAIRS if capital == name), name)
    return country if country != name and _stands_for_country(text, name) else name


def _stands_for_country(text: str, capital: str) -> bool:
    return bool(re.search(rf"{_NO_PLACE}\b{re.escape(capital)}\b", text))


@cache
def _capitals_of(name: str) -> tuple[str, ...]:
    """The capitals of a country, also given by its adjective."""
    return tuple(capital for country, capital in _PAIRS if mentions(name, country))
