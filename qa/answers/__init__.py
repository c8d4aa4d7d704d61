"""Evidence to an answer: which sentences are quoted, which sources agree, and how it is worded.

Every quote is a slice of a document, checked when it is made and when it is shown. `ask` is the way of a
question through all of this; `claims` chooses what to show, `agreement` compares what sources say, `quotes`
cites, `wording` has every phrase of ours, `suggestions` has questions after a refusal, `trace` says why.
`parts` joins the answers to parts of a question, `whose` tells an answer given for another than was asked,
`overviews` answers questions about documents as a whole.
"""
