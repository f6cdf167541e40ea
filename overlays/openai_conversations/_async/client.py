"""`AsyncClient`: its options, its connections, and the resources that it holds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

import httpx

from .. import archive
from .. import local as local_mode
from .._request.client_options import (
    DEFAULT_MAX_RETRIES,
    LOCAL_BASE_URL,
    ClientOptions,
    local_path,
    warn_if_unencrypted,
)
from .._request.library import library_of
from .._request.types import (
    URL,
    AsyncHttpClient,
    AsyncKeySource,
    Headers,
    Omit,
    Query,
    Timeout,
    given,
    omit,
)
from .._request.validation import check_mapping, invalid
from .._transport.log import set_up_from_environment
from ..interceptors import AsyncInterceptor
from .http_methods import AsyncHttpMethods
from .sender import AsyncSender, open_sender

if TYPE_CHECKING:
    from .conversations import AsyncConversations
    from .responses import AsyncResponses


class AsyncClient(AsyncHttpMethods):
    """A client of OpenAI's Conversations API.

    `client.conversations`, `client.conversations.items` and `client.responses` hold the operations.
    Use it as a context manager, or call `close()` when you are done. One client is enough for a
    program: it keeps the connections, and any number of requests may be under way at once.
    """

    def __init__(
        self,
        *,
        api_key: AsyncKeySource | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: str | URL | None = None,
        timeout: Timeout | Omit = omit,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Headers | None = None,
        default_query: Query | None = None,
        transport: str | None = None,
        http_client: AsyncHttpClient | None = None,
        interceptors: Sequence[AsyncInterceptor] = (),
        strict: bool = False,
        index: archive.ConversationIndex | None = None,
    ) -> None:
        """Make a client; no connection is opened before the first request.

        Args:
            api_key: the key, or a function (it may be async) that is asked for one before each
                request. Default: environment variable OPENAI_API_KEY.
            organization: sent as `OpenAI-Organization`. Default: OPENAI_ORG_ID.
            project: sent as `OpenAI-Project`. Default: OPENAI_PROJECT_ID.
            base_url: default OPENAI_BASE_URL, or https://api.openai.com/v1. `local:` makes the
                client that `local()` makes, `local:PATH` with the file PATH; no key is needed.
            timeout: seconds for each step of a request (and for the whole of it, unless it
                streams), or a `Timeout` of httpx or httpx2; None for no limit. Default: 600, 5 to
                connect.
            max_retries: how often a request is retried after a failure that may pass.
            default_headers: added to every request; `omit` as a value takes a default one away.
            default_query: added to every request.
            transport: "httpx", or for async clients "aiohttp" (extra `fast`), which is faster.
                Default: the faster one where it is installed.
            http_client: an `AsyncClient` of httpx or httpx2 to send with, whatever `transport`
                says. It is never closed here.
            interceptors: functions around each attempt, see `openai_conversations.interceptors`.
            strict: raise `APIResponseValidationError` for a response that does not fit the
                spec. Off, unknown and missing fields are taken as they come.
            index: notes the conversations that are created, updated and deleted through this
                client. It is never closed here.

        Raises:
            InvalidArgumentError: an argument is not usable.
            OpenAIError: no API key was given and OPENAI_API_KEY is not set.
            StoreError: the file of `local:PATH` cannot be used.
        """
        set_up_from_environment()
        service = sender = None
        if (path := local_path(base_url)) is not None:
            if http_client is not None:
                raise invalid("http_client", "None, as the base URL is local", http_client)
            from ..local.service import LocalService

            service = LocalService(path or None, strict=strict)
            sender = _local_sender(service)
            api_key, base_url, http_client = "local", LOCAL_BASE_URL, sender.http_client
        library = library_of(http_client)
        if http_client is not None and not isinstance(http_client, library.AsyncClient):
            raise invalid("http_client", "an httpx.AsyncClient or httpx2.AsyncClient", http_client)
        if http_client is not None and not given(timeout):
            # A timeout set there is meant; the default of five seconds is not.
            own = http_client.timeout
            timeout = omit if own == library.Timeout(5.0) else own
        self._client_options = ClientOptions(
            api_key=api_key,
            organization=organization,
            project=project,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            interceptors=interceptors,
            strict=strict,
            index=index,
        )
        warn_if_unencrypted(self._client_options.base_url)
        if http_client is None:
            self._sender = open_sender(transport)
        else:
            self._sender = AsyncSender(cast(httpx.AsyncClient, http_client))
        self._owns_http_client = http_client is None
        self._local_service: local_mode.LocalService | None = None
        if service is not None and sender is not None:
            self._use(service, sender)

    @classmethod
    def local(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        model: local_mode.LocalModel | local_mode.ModelCallable | None = None,
        timeout: Timeout | Omit = omit,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Headers | None = None,
        default_query: Query | None = None,
        interceptors: Sequence[AsyncInterceptor] = (),
        strict: bool = False,
        index: archive.ConversationIndex | None = None,
    ) -> Self:
        """Make a client with the whole API in this process: no key, no network.

        For development, tests and demonstrations. Unless you give one, there is no language model
        behind it: responses come from a built-in stand-in that says so, or from your script
        (`local_service`).

        Args:
            path: an SQLite file that keeps the data; None keeps it in memory.
            model: what responds in place of the stand-in: a function of the request and the items
                that a model would see, which returns a text or output items; a `LocalModel`; or a
                `openai_conversations.local.ChatCompletions`, a model on a server.
            timeout, max_retries, default_headers, default_query, interceptors, index: as for the
                client itself.
            strict: as for the client itself, and the service refuses what the OpenAPI document
                does not have.

        Raises:
            InvalidArgumentError: an argument is not usable.
        """
        from ..local.service import LocalService

        service = LocalService(path, model=model, strict=strict)
        sender = _local_sender(service)
        client = cls(
            api_key="local",
            base_url=LOCAL_BASE_URL,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            http_client=sender.http_client,
            interceptors=interceptors,
            strict=strict,
            index=index,
        )
        client._use(service, sender)
        return client

    def _use(self, service: local_mode.LocalService, sender: AsyncSender) -> None:
        """Send to a service in this process, which is closed with this client."""
        self._sender, self._owns_http_client, self._local_service = sender, True, service

    @property
    def local_service(self) -> local_mode.LocalService:
        """The service behind a client made by `local()`, for scripting its model.

        Raises:
            AttributeError: this client talks to a real service.
        """
        if self._local_service is None:
            raise AttributeError("only a client made by local() has a local_service")
        return self._local_service

    @cached_property
    def conversations(self) -> AsyncConversations:
        """Conversations, and their items below `.items`."""
        from .conversations import AsyncConversations

        return AsyncConversations(self)

    @cached_property
    def responses(self) -> AsyncResponses:
        """Responses of a model, which can read from and add to a conversation."""
        from .responses import AsyncResponses

        return AsyncResponses(self)

    # -- configuration

    @property
    def organization(self) -> str | None:
        """The value that is sent as `OpenAI-Organization`, or None."""
        return self._client_options.organization

    @property
    def project(self) -> str | None:
        """The value that is sent as `OpenAI-Project`, or None."""
        return self._client_options.project

    @property
    def base_url(self) -> httpx.URL:
        """The URL below which requests go."""
        return httpx.URL(self._client_options.base_url)

    def with_options(
        self,
        *,
        api_key: AsyncKeySource | Omit = omit,
        organization: str | Omit | None = omit,
        project: str | Omit | None = omit,
        base_url: str | URL | Omit = omit,
        timeout: Timeout | Omit = omit,
        max_retries: int | Omit = omit,
        default_headers: Headers | Omit = omit,
        default_query: Query | Omit = omit,
        interceptors: Sequence[AsyncInterceptor] | Omit = omit,
        strict: bool | Omit = omit,
        index: archive.ConversationIndex | Omit | None = omit,
    ) -> Self:
        """Return a client like this one with some options changed, on the same connections.

        This one is not changed. Closing the copy closes only the copy; closing this one, both.

            await client.with_options(timeout=5, max_retries=0).conversations.retrieve(id)

        Args:
            default_headers: added to the headers that this client has; so is `default_query`.
            interceptors: replaces those that this client has.

        Raises:
            InvalidArgumentError: an argument is not usable.
        """
        arguments: dict[str, Any] = dict(locals())
        del arguments["self"]
        changes = {name: value for name, value in arguments.items() if given(value)}
        client_options = self._client_options
        for name in changes.keys() & {"default_headers", "default_query"}:
            added = check_mapping(changes[name], name, "a mapping of names to values")
            changes[name] = {**getattr(client_options, name), **added}
        copy = type(self).__new__(type(self))
        copy._client_options = client_options.changed(**changes)
        copy._sender = self._sender
        copy._owns_http_client = False
        copy._parent = self
        copy._local_service = self._local_service
        warn_if_unencrypted(copy._client_options.base_url)
        return copy

    copy = with_options

    # -- life

    async def close(self) -> None:
        """Close the connections, unless they belong to another client or to `http_client=`."""
        self._closed = True
        if self._owns_http_client:
            await self._sender.http_client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = ", closed" if self.is_closed() else ""
        sent = f"base_url={str(self.base_url)!r}, transport={self._sender.name!r}"
        return f"{type(self).__name__}({sent}{state})"


def _local_sender(service: local_mode.LocalService) -> AsyncSender:
    from ..local.transport import AsyncLocalTransport

    # Straight to the service, which no deadline has to be kept for.
    transport = AsyncLocalTransport(service, close_service=True)
    return AsyncSender(httpx.AsyncClient(transport=transport), transport, name="local")
