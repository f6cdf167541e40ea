"""spec/openapi.yaml -> generated/openai_conversations_api.

build.py       the whole step, into an empty folder
normal.py      the document in the forms that the generator reads well
faults.py      what the generator would get wrong without a word
operations.py  what the endpoint template could not send or return whole
parse.py       the generator's parser, its warnings turned into errors
types.py       what a value may be; decoding.py  how it becomes that; names.py  what it is called
views.py       classes and aliases as the templates see them; endpoints.py  operations
accepted.py    annotations of parameters; params.py  the parameters of every operation
render.py      the templates, formatted; provenance.py  what it all was made from
complete.py    the count, against the document
"""
