"""The page that shows a served local service in a browser: at `/`, with its files below `/page/`.

    index.html, page.css    the frame and the looks
    main.js                 what is open, what happens when something is pressed
    api.js                  requests with the key, events of a stream
    conversations.js        the list of conversations, and the search
    chat.js                 the items of one conversation, as far as they are loaded
    item.js                 an item as elements of the page
    routes.py               the files, and what the page needs besides the API

The page uses the API as any client does. Texts of items reach it as texts only.
"""
