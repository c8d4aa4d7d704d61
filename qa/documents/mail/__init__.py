"""E-mail: single messages (.eml) and mailboxes (.mbox).

`mime` reads the structure of a message, `smime` unwraps a signed one and `mbox` cuts a mailbox into messages.
`quoting` tells what is new in a message from what is quoted, `body` makes parts of its text and `attachments`
reads the documents attached to it. `message` walks through a message and `parse` makes a document of it all.
"""
