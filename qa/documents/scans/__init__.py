"""Scans and pictures: OCR (`ocr`, optional) finds lines of text in them, and `images` reads files of images.

What OCR finds are pieces with places, like those of a PDF, and `pdf` puts them into lines and paragraphs.
"""
