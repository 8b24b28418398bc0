"""Blocks of people: fifty whose ages follow the pyramid, put together in households.

A block is made whole whoever asks for one of its people, so that a mother and her child agree about each other; blocks know
nothing of one another, so that they can be made in any order.
"""

from __future__ import annotations

from datetime import date
from random import Random

from seve.territory.model.life import Span, whole_years
from seve.territory.people import names, pyramid
from seve.territory.people.person import Kin, Person, Relative
from seve.territory.streams import stream
from seve.territory.tables import table

BLOCK = 50
"""People in a block."""

_MARRIED_NAME = 0.6
_SECOND_LANGUAGES = (("99352", "ar"), ("99350", "ar"), ("99351", "ar"), ("99139", "pt"), ("99341", "wo"))
_MOST_CHILDREN = 4


def roster(seed: str, block: int, *, span: Span) -> list[Person]:
    """The people of a block, by number."""
    random = stream(seed, "roster", block)
    people = [_person(random, block * BLOCK + index, span=span) for index in range(BLOCK)]
    free = _couples(random, people, span=span)
    _children(random, people, couples=free, span=span)
    for index, person in enumerate(people):
        _finish(random, person, number=block * BLOCK + index, span=span)
    _relate(people)
    return people


def _person(random: Random, number: int, *, span: Span) -> Person:
    sex, birth = pyramid.drawn(random, span)
    person = Person(f"p{number:07d}", sex, birth, order=1 + number % 999)
    person.family, person.given = names.family(random), names.given(random, sex, birth=birth)
    person.home, person.birth_place = names.home(random), names.birth_place(random)
    return person


def _couples(random: Random, people: list[Person], *, span: Span) -> dict[int, int]:
    """Who lives with whom, by index; they share a home."""
    found, share = dict[int, int](), table("population")["households"]["couple_share"]
    men = [i for i, p in enumerate(people) if p.sex == "male" and whole_years(p.birth, span.until) >= 22]
    for index, woman in enumerate(people):
        if woman.sex == "male" or whole_years(woman.birth, span.until) < 21 or random.random() > share:
            continue
        near = [i for i in men if abs((people[i].birth - woman.birth).days + 730) < 9 * 365]
        if not near:
            continue
        man = min(near, key=lambda i: abs((people[i].birth - woman.birth).days + 730))
        men.remove(man)
        found[index], found[man] = man, index
        woman.home = people[man].home
        if random.random() < _MARRIED_NAME:
            woman.usual = people[man].family
        _kin(woman, people[man], kin="spouse")
        _kin(people[man], woman, kin="spouse")
    return found


def _children(random: Random, people: list[Person], *, couples: dict[int, int], span: Span) -> None:
    """Gives those who are young enough a mother of the block, and her husband as father."""
    rule = table("population")["households"]
    youngest, oldest = rule["mother_age"]
    number_of = dict[int, int]()
    for child in people:
        if whole_years(child.birth, span.until) >= rule["leaves_home"]:
            continue
        fits = [
            (i, (child.birth - p.birth).days / 365.25)
            for i, p in enumerate(people)
            if p.sex == "female" and number_of.get(i, 0) < _MOST_CHILDREN and _is_apart(p, child)
        ]
        fits = [(i, age) for i, age in fits if youngest <= age <= oldest]
        if not fits:
            _unknown_mother(random, child)
            continue
        mean = rule["mother_age_mean"]
        at = min(
            fits, key=lambda fit: abs(fit[1] - mean) * (0.7 + 0.6 * random.random()) - (3 if fit[0] in couples else 0)
        )[0]
        number_of[at] = number_of.get(at, 0) + 1
        _belong(people, child, mother=at, father=couples.get(at))


def _is_apart(mother: Person, child: Person) -> bool:
    """No brother or sister within ten months, twins left out."""
    return all(
        abs((other.birth - child.birth).days) > 310 for other in mother.relatives if other.kin in ("daughter", "son")
    )


def _belong(people: list[Person], child: Person, *, mother: int, father: int | None) -> None:
    kin: Kin = "daughter" if child.sex == "female" else "son"
    child.home = people[mother].home
    child.family = people[father if father is not None else mother].family
    child.birth_place = "37261" if child.birth.day % 5 else child.birth_place
    for at, role in ((mother, "mother"), (father, "father")):
        if at is not None:
            _kin(child, people[at], kin="mother" if role == "mother" else "father")
            _kin(people[at], child, kin=kin)


def _unknown_mother(random: Random, child: Person) -> None:
    """A mother who is no patient here."""
    birth = date(child.birth.year - random.randint(24, 36), random.randint(1, 12), random.randint(1, 28))
    name = names.given(random, "female", birth=birth)[0]
    child.relatives.append(Relative("mother", child.family, name, "female", birth, phone=names.mobile(random)))


def _kin(of: Person, who: Person, *, kin: Kin) -> None:
    of.relatives.append(Relative(kin, who.family, who.given[0], who.sex, who.birth, who.id))


def _finish(random: Random, person: Person, *, number: int, span: Span) -> None:
    age = whole_years(person.birth, span.until)
    person.phone = names.mobile(random) if 13 <= age < 80 or random.random() < 0.4 else names.line(random)
    if 16 <= age < 85 and random.random() < 0.8:
        person.email = names.email(person.given[0], person.usual or person.family, number=number)
    spoken = dict(_SECOND_LANGUAGES).get(person.birth_place)
    if spoken and random.random() < 0.5:
        person.language = spoken


def _relate(people: list[Person]) -> None:
    """Gives each relative the names and the number that they bear when all is settled."""
    by_id = {person.id: person for person in people}
    for person in people:
        person.relatives = [_settled(relative, by_id) for relative in person.relatives]


def _settled(relative: Relative, by_id: dict[str, Person]) -> Relative:
    who = by_id.get(relative.id)
    if who is None:
        return relative
    return Relative(relative.kin, who.usual or who.family, who.given[0], who.sex, who.birth, who.id, who.phone)
