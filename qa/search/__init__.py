"""A question to passages, to sentences, to a probability.

`retrieval` fuses nearest vectors and BM25 into one score. `evidence` has the best dozen passages read and
scores their sentences. `confidence` turns the evidence into the calibrated probability that the best sentence
answers, and is where every threshold is set. `engine` holds these together over one index.
"""
