using System.Text.Json;

namespace Chat.Load.Costs;

/// <content>Files, cards and stickers; channels; and what people say of each other.</content>
internal sealed partial record ApiOperation
{
    private const string Sharing = ""","cards":[{"type":"video","id":"v-1","title":"Lisbon by tram"}]""";

    private const string Pack = """{"title":"Cats","stickers":[{"stickerId":"wave","url":"https://cdn.example/wave.webp"}]}""";

    private static IReadOnlyList<ApiOperation> OfFiles =>
    [
        InDirect("POST /media/uploads, the day's first", static (w, c) => w.BeginUploadAsync(c)),
        With(
            "POST /media/uploads/{m}/complete, with the processing of a photo",
            static (w, c) => w.PutPhotoAsync(c),
            static (w, _, media) => w.AskAsync("ann", "POST", $"/media/uploads/{media}/complete")),
        With(
            "POST …/messages, with a photo that is ready",
            static (w, c) => w.UploadAsync(c),
            static (w, c, media) => w.SendAsync(c, "ann", Attaching(media))),
        With(
            "POST /media/urls, one",
            static async (w, c) =>
            {
                var media = await w.UploadAsync(c);
                return (Media: media, (await w.SendAsync(c, "ann", Attaching(media))).Id);
            },
            static (w, c, sent) => w.AskAsync(
                "ben",
                "POST",
                "/media/urls",
                $$"""{"items":[{"conversationId":"{{c}}","messageId":"{{sent.Id}}","mediaId":"{{sent.Media}}","variant":"320"}]}""")),
        With(
            "POST /cards/unfurl, one, where the host app isn't asked",
            static (w, c) => w.SendAsync(c, "ann", Sharing),
            static (w, c, m) => w.AskAsync(
                "ben", "POST", "/cards/unfurl", $$"""{"items":[{"conversationId":"{{c}}","messageId":"{{m.Id}}","index":0}]}""")),
        With(
            "GET /sticker-packs, one",
            static (w, _) => w.AskAsync("host", "PUT", "/host/sticker-packs/cats", Pack),
            static (w, _, _) => w.AskAsync("ann", "GET", "/sticker-packs")),
        With(
            "POST …/messages, with a sticker",
            static (w, _) => w.AskAsync("host", "PUT", "/host/sticker-packs/cats", Pack),
            static (w, c, _) => w.AskAsync(
                "ann",
                "POST",
                $"/conversations/{c}/messages",
                """{"clientMessageId":"s1","sticker":{"packId":"cats","stickerId":"wave"}}""")),
        InDirect("GET /streaks, of one", static (w, c) => w.AskAsync("ann", "GET", $"/streaks?conversations={c}")),
    ];

    private static IReadOnlyList<ApiOperation> OfChannels =>
    [
        New("POST /conversations, a channel", _ => Nothing, static (w, _) => w.ChannelAsync()),
        InChannel("POST …/messages, to a channel that its owner alone writes", static (w, c) => w.SendAsync(c)),
        New(
            "POST …/messages, to a channel of 4 members",
            static w => w.ChannelAsync("ben", "cat", "dan"),
            static (w, c) => w.SendAsync(c)),
        InChannel("PUT /channels/{c}/subscription, the first", static (w, c) => w.FollowAsync(c)),
        Followed("DELETE /channels/{c}/subscription", static (w, c, _) => w.AskAsync("eve", "DELETE", $"/channels/{c}/subscription")),
        Followed("POST /channels/{c}/watch", static (w, c, _) => w.AskAsync("eve", "POST", $"/channels/{c}/watch")),
        New(
            "POST /invites/{code}/join, of a channel",
            static async w => (await w.AskAsync("ann", "POST", $"/conversations/{await w.ChannelAsync()}/invite-links", "{}"))
                .GetProperty("code")
                .GetString()!,
            static (w, code) => w.AskAsync("eve", "POST", $"/invites/{code}/join")),
        Followed("GET /conversations?filter=channels, one", static (w, _, _) => w.AskAsync("eve", "GET", "/conversations?filter=channels")),
        Followed("GET /conversations/{c}, a channel", static (w, c, _) => w.AskAsync("eve", "GET", $"/conversations/{c}")),
        Followed("GET …/messages, of a channel", static (w, c, _) => w.AskAsync("eve", "GET", $"/conversations/{c}/messages")),
        Followed(
            "PUT …/read, of a channel, with the post's view",
            static (w, c, m) => w.AskAsync("eve", "PUT", $"/conversations/{c}/read", $$"""{"seq":{{m.Seq}}}""")),
        Followed(
            "PUT …/reactions/{key}, to a channel's post, with its count",
            static (w, c, m) => w.AskAsync("eve", "PUT", $"/conversations/{c}/messages/{m.Id}/reactions/:wave:")),
        Followed(
            "PUT /channels/{c}/posts/{m}/comments, the first of all",
            static (w, c, m) => w.AskAsync("eve", "PUT", $"/channels/{c}/posts/{m.Id}/comments")),
    ];

    private static IReadOnlyList<ApiOperation> OfPeople =>
    [
        .. OfOthers("blocks"),
        .. OfOthers("mutes"),
        .. OfOthers("restrictions"),
        New("GET /me/hidden-words", _ => Nothing, static (w, _) => w.AskAsync("ann", "GET", "/me/hidden-words")),
        New(
            "PUT /me/hidden-words",
            _ => Nothing,
            static (w, _) => w.AskAsync("ann", "PUT", "/me/hidden-words", """{"words":["spoiler"]}""")),
        InDirect("PATCH /me/profile", static (w, _) => w.AskAsync("ann", "PATCH", "/me/profile", """{"displayName":"Ann"}""")),
        InDirect(
            "POST /users/profiles, one",
            static (w, _) => w.AskAsync("ann", "POST", "/users/profiles", $$"""{"users":["{{w.Name("ben")}}"]}""")),
        WithMessage("POST /reports, the first of a message", static (w, c, m) => w.AskAsync(
            "ben",
            "POST",
            "/reports",
            $$$"""{"target":{"conversationId":"{{{c}}}","messageIds":["{{{m.Id}}}"]},"reason":"spam"}""")),
        New("GET /me/decisions, none", _ => Nothing, static (w, _) => w.AskAsync("ann", "GET", "/me/decisions")),
    ];

    /// <summary>What Ann keeps of whom she blocks, mutes or restricts.</summary>
    private static IReadOnlyList<ApiOperation> OfOthers(string what)
    {
        return
        [
            InDirect($"PUT /{what}/{{u}}, the first", (w, _) => w.AskAsync("ann", "PUT", Path(w))),
            With($"GET /{what}, one", NoteAsync, (w, _, _) => w.AskAsync("ann", "GET", $"/{what}")),
            With($"DELETE /{what}/{{u}}", NoteAsync, (w, _, _) => w.AskAsync("ann", "DELETE", Path(w))),
        ];

        string Path(World world) => $"/{what}/{world.Name("ben")}";

        Task<JsonElement> NoteAsync(World world, string conversation) => world.AskAsync("ann", "PUT", Path(world));
    }

    private static ApiOperation InChannel(string name, Func<World, string, Task> act) =>
        New(name, static world => world.ChannelAsync(), act);

    /// <summary>What Eve does who follows Ann's channel, in which there is a post.</summary>
    private static ApiOperation Followed(string name, Func<World, string, Sent, Task> act) => new(name, async world =>
    {
        var channel = await world.ChannelAsync();
        await world.AskAsync("ann", "PATCH", $"/conversations/{channel}", """{"comments":true}""");
        await world.FollowAsync(channel);
        var post = await world.SendAsync(channel);
        return () => act(world, channel, post);
    });

    private static string Attaching(string media) => $",\"attachments\":[{{\"mediaId\":\"{media}\"}}]";
}
