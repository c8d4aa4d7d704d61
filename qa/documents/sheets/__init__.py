"""Spreadsheets: what is in the cells of each sheet, as the cells show it.

`xlsx` and `ods` read Excel's and LibreOffice's files, which are packages of XML, `binary` reads Excel's older
ones, `delimited` tables in text files. Each gives a `grid` of cells, of which `grid_parts` makes tables.
Numbers are written as a cell shows them (`number_formats`).
"""
