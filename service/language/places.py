"""Countries with the names that the news uses for their governments: capital, adjective, seat of power, short forms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# country | capital | adjectives and peoples | seats of government and other names
_TABLE = """
Afghanistan|Kabul|Afghan, Afghans|
Albania|Tirana|Albanian, Albanians|
Algeria|Algiers|Algerian, Algerians|
Angola|Luanda|Angolan, Angolans|
Argentina|Buenos Aires|Argentine, Argentinian, Argentines|Casa Rosada
Armenia|Yerevan|Armenian, Armenians|
Australia|Canberra|Australian, Australians|
Austria|Vienna|Austrian, Austrians|
Azerbaijan|Baku|Azerbaijani, Azeri, Azerbaijanis|
Bahrain|Manama|Bahraini, Bahrainis|
Bangladesh|Dhaka|Bangladeshi, Bangladeshis|
Belarus|Minsk|Belarusian, Belarusians|
Belgium|Brussels|Belgian, Belgians|
Bolivia|La Paz|Bolivian, Bolivians|
Bosnia and Herzegovina|Sarajevo|Bosnian, Bosnians|Bosnia
Botswana|Gaborone|Botswanan|
Brazil|Brasilia|Brazilian, Brazilians|Brasília, Planalto
Bulgaria|Sofia|Bulgarian, Bulgarians|
Burkina Faso|Ouagadougou|Burkinabe|
Cambodia|Phnom Penh|Cambodian, Cambodians|
Cameroon|Yaounde|Cameroonian, Cameroonians|Yaoundé
Canada|Ottawa|Canadian, Canadians|
Chile|Santiago|Chilean, Chileans|La Moneda
China|Beijing|Chinese|Zhongnanhai, People's Republic of China, PRC
Colombia|Bogota|Colombian, Colombians|Bogotá
Democratic Republic of the Congo|Kinshasa|Congolese|DR Congo, DRC
Costa Rica|San Jose|Costa Rican, Costa Ricans|
Croatia|Zagreb|Croatian, Croatians|
Cuba|Havana|Cuban, Cubans|
Cyprus|Nicosia|Cypriot, Cypriots|
Czech Republic|Prague|Czech, Czechs|Czechia
Denmark|Copenhagen|Danish, Danes|
Ecuador|Quito|Ecuadorian, Ecuadorean, Ecuadorians|
Egypt|Cairo|Egyptian, Egyptians|
Eritrea|Asmara|Eritrean, Eritreans|
Estonia|Tallinn|Estonian, Estonians|
Ethiopia|Addis Ababa|Ethiopian, Ethiopians|
Finland|Helsinki|Finnish, Finns|
France|Paris|French|Elysee, Élysée, Quai d'Orsay
Georgia|Tbilisi|Georgian, Georgians|
Germany|Berlin|German, Germans|Bundesregierung
Ghana|Accra|Ghanaian, Ghanaians|
Greece|Athens|Greek, Greeks|
Guatemala|Guatemala City|Guatemalan, Guatemalans|
Haiti|Port-au-Prince|Haitian, Haitians|
Honduras|Tegucigalpa|Honduran, Hondurans|
Hungary|Budapest|Hungarian, Hungarians|
Iceland|Reykjavik|Icelandic, Icelanders|
India|New Delhi|Indian, Indians|Delhi
Indonesia|Jakarta|Indonesian, Indonesians|
Iran|Tehran|Iranian, Iranians|Islamic Republic, Teheran
Iraq|Baghdad|Iraqi, Iraqis|
Ireland|Dublin|Irish|
Israel|Jerusalem|Israeli, Israelis|Tel Aviv, IDF
Italy|Rome|Italian, Italians|Palazzo Chigi
Ivory Coast|Abidjan|Ivorian, Ivorians|Cote d'Ivoire, Côte d'Ivoire
Jamaica|Kingston|Jamaican, Jamaicans|
Japan|Tokyo|Japanese|
Jordan|Amman|Jordanian, Jordanians|
Kazakhstan|Astana|Kazakh, Kazakhs|
Kenya|Nairobi|Kenyan, Kenyans|
Kosovo|Pristina|Kosovar, Kosovan|
Kuwait|Kuwait City|Kuwaiti, Kuwaitis|
Kyrgyzstan|Bishkek|Kyrgyz|
Laos|Vientiane|Laotian, Lao|
Latvia|Riga|Latvian, Latvians|
Lebanon|Beirut|Lebanese|
Libya|Tripoli|Libyan, Libyans|
Lithuania|Vilnius|Lithuanian, Lithuanians|
Malaysia|Kuala Lumpur|Malaysian, Malaysians|Putrajaya
Mali|Bamako|Malian, Malians|
Malta|Valletta|Maltese|
Mexico|Mexico City|Mexican, Mexicans|
Moldova|Chisinau|Moldovan, Moldovans|Chișinău
Mongolia|Ulaanbaatar|Mongolian, Mongolians|
Montenegro|Podgorica|Montenegrin, Montenegrins|
Morocco|Rabat|Moroccan, Moroccans|
Mozambique|Maputo|Mozambican, Mozambicans|
Myanmar|Naypyidaw|Burmese|Burma
Nepal|Kathmandu|Nepali, Nepalese|
Netherlands|The Hague|Dutch|Holland
New Zealand|Wellington|New Zealanders|
Nicaragua|Managua|Nicaraguan, Nicaraguans|
Niger|Niamey|Nigerien, Nigeriens|
Nigeria|Abuja|Nigerian, Nigerians|Aso Rock
North Korea|Pyongyang|North Korean, North Koreans|DPRK
North Macedonia|Skopje|Macedonian, Macedonians|
Norway|Oslo|Norwegian, Norwegians|
Oman|Muscat|Omani, Omanis|
Pakistan|Islamabad|Pakistani, Pakistanis|
Palestinian Authority|Ramallah|Palestinian, Palestinians|
Panama|Panama City|Panamanian, Panamanians|
Peru|Lima|Peruvian, Peruvians|
Philippines|Manila|Philippine, Filipino, Filipinos|Malacanang
Poland|Warsaw|Polish, Poles|
Portugal|Lisbon|Portuguese|
Qatar|Doha|Qatari, Qataris|
Romania|Bucharest|Romanian, Romanians|
Russia|Moscow|Russian, Russians|Kremlin, Russian Federation
Rwanda|Kigali|Rwandan, Rwandans|
Saudi Arabia|Riyadh|Saudi, Saudis|
Senegal|Dakar|Senegalese|
Serbia|Belgrade|Serbian, Serbs|
Singapore|Singapore|Singaporean, Singaporeans|
Slovakia|Bratislava|Slovak, Slovaks|
Slovenia|Ljubljana|Slovenian, Slovene, Slovenes|
Somalia|Mogadishu|Somali, Somalis|
South Africa|Pretoria|South African, South Africans|
South Korea|Seoul|South Korean, South Koreans|Blue House
South Sudan|Juba|South Sudanese|
Spain|Madrid|Spanish, Spaniards|Moncloa
Sri Lanka|Colombo|Sri Lankan, Sri Lankans|
Sudan|Khartoum|Sudanese|
Sweden|Stockholm|Swedish, Swedes|
Switzerland|Bern|Swiss|
Syria|Damascus|Syrian, Syrians|
Taiwan|Taipei|Taiwanese|
Tajikistan|Dushanbe|Tajik, Tajiks|
Tanzania|Dodoma|Tanzanian, Tanzanians|
Thailand|Bangkok|Thai, Thais|
Tunisia|Tunis|Tunisian, Tunisians|
Turkey|Ankara|Turkish, Turks|Türkiye, Turkiye
Turkmenistan|Ashgabat|Turkmen|
Uganda|Kampala|Ugandan, Ugandans|
Ukraine|Kyiv|Ukrainian, Ukrainians|Kiev, Bankova
United Arab Emirates|Abu Dhabi|Emirati, Emiratis|UAE
United Kingdom|London|British, Britons|UK, U.K., Britain, Great Britain, Downing Street, Whitehall, Number 10
United States|Washington|American, Americans|US, U.S., USA, U.S.A., United States of America, White House, Pentagon, \
State Department
Uruguay|Montevideo|Uruguayan, Uruguayans|
Uzbekistan|Tashkent|Uzbek, Uzbeks|
Vatican|Vatican City||Holy See
Venezuela|Caracas|Venezuelan, Venezuelans|Miraflores
Vietnam|Hanoi|Vietnamese|
Yemen|Sanaa|Yemeni, Yemenis|Sana'a
Zambia|Lusaka|Zambian, Zambians|
Zimbabwe|Harare|Zimbabwean, Zimbabweans|
"""


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the news names it. The first of `forms` is its usual name."""

    name: str
    capital: str
    adjectives: tuple[str, ...]
    seats: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Return every name, the usual one first, without repeats."""
        return tuple(dict.fromkeys((self.name, self.capital, *self.adjectives, *self.seats)))


@cache
def countries() -> tuple[Country, ...]:
    """Return all countries of the table."""
    return tuple(_country(line) for line in _TABLE.strip().splitlines())


@cache
def by_form() -> tuple[tuple[str, Country], ...]:
    """Return every form with its country, longest form first, so that "North Korea" is met before "Korea"."""
    pairs = [(form, country) for country in countries() for form in country.forms]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


def _country(line: str) -> Country:
    name, capital, adjectives, seats = line.split("|")
    return Country(name, capital, _split(adjectives), _split(seats))


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())
