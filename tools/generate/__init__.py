"""spec/openapi.yaml -> generated/openai_conversations_api.

build.py       the whole step, into an empty folder
faults.py      what the generator would get wrong without a word
parse.py       the generator's parser, its warnings turned into errors
types.py       what a value may be; decoding.py  how it becomes that; names.py  what it is called
views.py       classes and aliases as the templates see them; endpoints.py  operations
render.py      the templates, formatted; provenance.py  what it all was made from
complete.py    the count, against the document
"""
