"""Texts to vectors, and passages to answers: the encoder and the reader, computed on the processor.

Models are read from local files whose checksums are known; nothing is fetched. `bert` is the forward pass,
`workers` the threads that share it. The encoder turns texts into unit vectors, the reader points at the words
of a passage that answer a question. torch is imported here only.
"""
