"""Values that are kept for a while: the newest stay, the oldest make room."""

from qa.recent import Recent


def kept(values, keys="abcd"):
    return {key: value for key in keys if (value := values.get(key)) is not None}


def test_the_oldest_value_makes_room():
    values = Recent(2)
    for number, key in enumerate("abc"):
        values.keep(key, number)
    assert kept(values) == {"b": 1, "c": 2}


def test_a_value_that_is_kept_again_is_the_newest():
    values = Recent(2)
    for number, key in enumerate("abac"):
        values.keep(key, number)
    assert kept(values) == {"a": 2, "c": 3}
