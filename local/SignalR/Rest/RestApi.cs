using System.Buffers;

namespace Chat.Local.SignalR.Rest;

/// <summary>
/// The service's REST API, version 2022-06-01, as the swagger and the package that calls it have it:
/// https://github.com/Azure/azure-signalr/blob/dev/docs/swagger/V20220601.json.
/// </summary>
internal sealed class RestApi(SignalRService service, AccessTokens tokens, RestFaults faults)
{
    private const int MaxAddress = 8 * 1024;
    private const int MaxHubName = 128;
    private const int BilledBytes = 2048;

    private static readonly SearchValues<char> HubLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_`,.[]");

    private static readonly string[] Methods = ["POST", "PUT", "DELETE", "HEAD"];

    public async ValueTask<RestAnswer> AnswerAsync(RestRequest request, CancellationToken cancellationToken)
    {
        if (request.Path.Length + request.Query.Length > MaxAddress)
        {
            return new RestAnswer(414);
        }

        var path = request.Path.Split('/');
        var query = RestQuery.Read(request.Query);
        if (path is ["", "api", "health"] && request.Method is "GET" or "HEAD")
        {
            return query is null ? RestAnswer.Invalid("There is only the API of 2022-06-01.") : RestAnswer.Done;
        }

        if (RestOperation.Find(request.Method, path) is not { } operation)
        {
            return Array.Exists(Methods, method => RestOperation.Find(method, path) is not null) ? new RestAnswer(405) : RestAnswer.Unknown;
        }

        if (!tokens.AdmitsCall(request.Token, request.Host, request.Path))
        {
            return RestAnswer.Unauthorized;
        }

        if (query is null)
        {
            return RestAnswer.Invalid("There is only the API of 2022-06-01, and a time to live is a number of seconds.");
        }

        if (!IsName(path[3]) || (query.Application is { } application && !IsName(application)))
        {
            return RestAnswer.Invalid("Names of hubs and applications begin with a letter and have up to 128 letters, digits and _`,.[].");
        }

        if (RestRequest.HasSteps(path) || operation.Fault() is not null)
        {
            return RestAnswer.Invalid(operation.Fault() ?? "HTTP takes the names . and .. for steps in a path.");
        }

        var hub = service.Hub(query.Application is null ? path[3] : $"{query.Application}_{path[3]}");
        if (operation.Verb != Verb.Send)
        {
            var answer = await faults.RunAsync(operation, () => Apply(operation, hub, query), kill: null, cancellationToken);
            await hub.WhenDurableAsync();
            return answer;
        }

        var (invocation, refusal) = await ReadAsync(request, cancellationToken);
        var to = new Address(operation.Audience, operation.Name, query.Excluded);
        return refusal ?? await faults.RunAsync(operation, () => Deliver(hub, to, invocation!), () => Drop(hub, to), cancellationToken);
    }

    private static async ValueTask<(Invocation? Invocation, RestAnswer? Refusal)> ReadAsync(
        RestRequest request,
        CancellationToken cancellationToken)
    {
        if (request.CopyBodyAsync is null || request.MediaType is not ("application/json" or "application/octet-stream"))
        {
            return (null, request.CopyBodyAsync is null ? RestAnswer.Invalid("Message in request body is required.") : new RestAnswer(415));
        }

        using var body = new RestBody();
        await request.CopyBodyAsync(body, cancellationToken);
        if (body.IsTooLarge)
        {
            return (null, new RestAnswer(413));
        }

        var invocation = request.MediaType == "application/json"
            ? Invocation.FromJson(body.Written.Span)
            : Invocation.FromMap(body.Written);
        return (
            invocation,
            invocation is null ? RestAnswer.Invalid("The body isn't a message: an object of a target and an array of arguments.") : null);
    }

    private static RestAnswer Apply(RestOperation operation, HubConnections hub, RestQuery query)
    {
        var (name, group) = (operation.Name, operation.Group!);
        switch (operation.Verb)
        {
            case Verb.Exists:
                return hub.Find(new Address(operation.Audience, name)).Length > 0
                    ? RestAnswer.Done
                    : RestAnswer.NotExisted("Warning", $"{operation.Audience}");
            case Verb.IsUserInGroup:
                return hub.IsUserInGroup(name, group)
                    ? RestAnswer.Done
                    : new RestAnswer(404, "Info.User.NotInGroup", "The user isn't in the group.");
            case Verb.AddUser:
                hub.AddUser(name, group, query.Ttl);
                return RestAnswer.Done;
            case Verb.RemoveUser:
                hub.RemoveUser(name, group);
                return RestAnswer.Nothing;
            case Verb.RemoveUserFromAll:
                hub.RemoveUserFromAll(name);
                return RestAnswer.Nothing;
            case Verb.AddConnection:
                return hub.AddConnection(name, group) ? RestAnswer.Done : RestAnswer.NotExisted("Error", "Connection");
            case Verb.RemoveConnection:
                return hub.RemoveConnection(name, group) ? RestAnswer.Done : RestAnswer.NotExisted("Error", "Connection");
            case Verb.RemoveConnectionFromAll:
                hub.RemoveConnectionFromAll(name);
                return RestAnswer.Done;
            default:
                return Close(hub, new Address(operation.Audience, name, query.Excluded), query.Reason);
        }
    }

    private static RestAnswer Close(HubConnections hub, Address whom, string? reason)
    {
        var connections = hub.Find(whom);
        foreach (var connection in connections.Where(whom.Includes))
        {
            // As the emulator's source has it, clients that connect again by themselves may.
            connection.Close(reason, allowReconnect: true);
        }

        return whom.Audience != Audience.Connection ? RestAnswer.Nothing
            : connections.Length > 0 ? RestAnswer.Done
            : RestAnswer.NotExisted("Warning", "Connection");
    }

    private static void Drop(HubConnections hub, Address whom)
    {
        foreach (var connection in hub.Find(whom))
        {
            connection.Drop();
        }
    }

    private RestAnswer Deliver(HubConnections hub, Address to, Invocation invocation)
    {
        var messages = 0;
        foreach (var connection in hub.Find(to))
        {
            if (to.Includes(connection) && invocation.In(connection.Protocol) is { IsEmpty: false } frame)
            {
                connection.Send(frame);
                messages += (frame.Length + BilledBytes - 1) / BilledBytes;
            }
        }

        service.CountMessages(messages);
        return RestAnswer.Accepted;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxHubName && char.IsAsciiLetter(name[0]) && !name.AsSpan().ContainsAnyExcept(HubLetters);
}
