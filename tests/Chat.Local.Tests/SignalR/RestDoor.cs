using System.Net;
using System.Net.Http.Headers;
using Chat.Local.SignalR;

namespace Chat.Local.Tests.SignalR;

/// <summary>What the service's REST API can do for a hub beyond what the app asks of its hub object.</summary>
internal sealed class RestDoor(SignalRService service, TimeProvider clock)
{
    private const string Hub = "/api/hubs/testhub";

    public Task AddToGroupAsync(string connection, string group) => AskAsync("PUT", $"/groups/{group}/connections/{connection}");

    public Task RemoveFromGroupAsync(string connection, string group) => AskAsync("DELETE", $"/groups/{group}/connections/{connection}");

    public Task RemoveFromAllGroupsAsync(string connection) => AskAsync("DELETE", $"/connections/{connection}/groups");

    public Task AddUserToGroupAsync(string user, string group) => AskAsync("PUT", $"/users/{user}/groups/{group}");

    public Task<bool> IsUserInGroupAsync(string user, string group) => AskAsync("HEAD", $"/users/{user}/groups/{group}");

    public Task<bool> GroupExistsAsync(string group) => AskAsync("HEAD", $"/groups/{group}");

    public Task<bool> ConnectionExistsAsync(string connection) => AskAsync("HEAD", $"/connections/{connection}");

    public Task CloseConnectionAsync(string connection, string? reason = null) =>
        AskAsync("DELETE", $"/connections/{connection}", reason is null ? "" : $"&reason={Uri.EscapeDataString(reason)}");

    /// <summary>False for what isn't there.</summary>
    private async Task<bool> AskAsync(string method, string path, string query = "")
    {
        using var client = new HttpClient(service.CreateHandler());
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://localhost{Hub}{path}?api-version=2022-06-01{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            RestApiTests.Sign($"http://localhost{Hub}{path}", clock.GetUtcNow().AddHours(1)));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode != HttpStatusCode.NotFound && answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }
}
