"""The language server: plans and applies for any editor, streamed, and cancelled at once.

    reader thread ──messages──► event loop ◄──answers── worker thread, one a request
                                    │                        │
                                 answers              batches of rows, if the client
                                    │                 has room for them (window, ack)
                                    └────► outbox ◄──────────┘
                                             └──► writer thread, which owns the pipe

The event loop never waits for a file system or for a client that does not read.
"""
