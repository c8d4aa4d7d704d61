"""English text to values: words, names, figures, dates, and what a question asks for.

Plain rules, no model. Figures are compared in their units, dates as exactly as they are given, names in full,
in part or as acronyms. `questions` tells which form of answer a question wants, `followups` what a question
may mean after earlier turns, `compound` and `comparisons` which parts it has, `overviews` whether it is about
documents as a whole. Rules about wording are rows of tables (`rules`, `question_rules`,
`followup_rules`), which the tests run on their own examples.
"""
