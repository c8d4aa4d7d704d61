"""English text to values: words, names, figures, dates, and what a question asks for.

Plain rules, no model: text goes in, values come out. Figures are compared in their units, dates as exactly as
they are given, names in full, in part or as acronyms. `questions` tells the form of answer that a question
wants, `followups` what a question may mean in the light of earlier turns.
"""
