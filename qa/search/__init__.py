"""A question -> passages -> sentences -> a probability.

`retrieval` combines nearest vectors and BM25 into one score. `evidence` has the best dozen passages read and
scores their sentences. `confidence` turns the evidence into the calibrated probability that the best sentence
answers the question, and sets every threshold. `engine` ties these together over one index.
"""
