"""spec/openapi.yaml -> generated/openai_conversations_api.

build.py             the whole step, into an empty folder
keywords.py          the keywords that are read; every other one stops the run
normalize.py         the document in the forms that the generator reads well
unsupported.py       what the generator or the endpoint template would get wrong in silence
parse.py             the generator's parser, its warnings turned into errors
types.py             what a value may be; decoding.py how it becomes that; names.py its names
template_context.py  classes and aliases as the templates see them; endpoints.py operations
params.py            the parameters of every operation; accepted.py their annotations
code.py              source, and how text becomes it; templates write nothing else
render.py            the templates, formatted, and what it all was made from
verify.py            the count, against the document
"""
