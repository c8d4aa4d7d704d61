"""Texts -> vectors, and passages -> answer spans: the encoder and the reader, computed on the CPU.

Models are read from local files whose checksums are verified; nothing is downloaded. The encoder turns texts
into unit vectors, and the reader finds the words of a passage that answer a question. `bert` is the forward
pass, and `workers` holds the threads that share it. With `endpoint` a server computes the vectors instead.
torch is imported in this room only.
"""
