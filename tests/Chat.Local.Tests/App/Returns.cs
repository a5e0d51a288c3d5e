using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

/// <summary>One function for each kind of result, and for triggers whose result is for the host.</summary>
internal sealed class Returns
{
    [Function("ReturnsResult")]
    public IResult Result([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "returns/result")] HttpRequest request) =>
        Results.Json(new Changed("whole"));

    [Function("ReturnsAction")]
    public IActionResult Action([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "returns/action")] HttpRequest request) =>
        new JsonResult(new Changed("whole"));

    [Function("ReturnsStream")]
    public IResult Stream([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "returns/stream")] HttpRequest request) =>
        Results.Stream(new MemoryStream(Encoding.UTF8.GetBytes("""{"id":"whole"}""")), "application/json");

    [Function("ReturnsFile")]
    public IActionResult File([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "returns/file")] HttpRequest request) =>
        new FileContentResult(Encoding.UTF8.GetBytes("""{"id":"whole"}"""), "application/json");

    [Function("ReturnsAtStart")]
    public Changed AtStart([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => new("whole");

    [Function("ReturnsForMessage")]
    public Changed ForMessage([ServiceBusTrigger("deliveries")] string message) => new("whole");
}
